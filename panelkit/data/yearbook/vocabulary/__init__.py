"""What words stand for: indicators, places, periods, units."""
