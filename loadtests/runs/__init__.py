"""One server, now and against stored baselines; its capacity."""
