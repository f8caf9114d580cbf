"""The steps of the build, one file each: what a task of the step reads, and the files it leaves."""
