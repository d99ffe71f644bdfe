"""An out-of-sample contest of forecasters against the random walk, over provinces and origins."""
