set(USES net)
