"""What is asked of a policy's effect beside the estimate itself, in many worlds at once."""
