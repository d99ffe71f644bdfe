"""What printed numbers must satisfy, one identity a file; the register finds them under the kind `identity`."""
