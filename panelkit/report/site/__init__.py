"""The report of a run as a site of static pages: overview, a page a claim in both languages, search, tables."""
