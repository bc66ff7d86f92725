"""The pages of the console, each as one answer."""
