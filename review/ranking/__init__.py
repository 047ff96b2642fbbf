"""What to read next: TF-IDF and a linear model; pure functions of texts, labels and a seed."""
