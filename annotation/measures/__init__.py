"""What can be said of annotations: progress, agreement, and what became of predictions."""
