"""What happens in each recording: one module a story."""
