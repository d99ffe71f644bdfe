"""Parts of the synthetic papers: true tables, styles of print, slips."""
