"""Life cycles: S-curves of output, their stages and dates, decline and second leaps, with their uncertainty."""
