"""Files of other annotation projects, read into what a campaign can hold; what a file breaks is told, never dropped."""
