"""What turns programs into models; each backend imports its own framework."""
