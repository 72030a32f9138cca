set(USES json)
