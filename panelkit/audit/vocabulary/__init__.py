"""What the words of a printed table mean, in Chinese and English: one file a kind of word, all of them patterns."""
