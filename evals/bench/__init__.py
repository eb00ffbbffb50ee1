"""Times of the product beside a plain baseline of the same run."""
