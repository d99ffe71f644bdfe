"""The yearbook layer: files as people have them, read, judged against held figures, stored, compared."""
