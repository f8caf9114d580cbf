"""Answers from the server to rows: raw chunks, then annotations, quarantine and labels made from them."""
