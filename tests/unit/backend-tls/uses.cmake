set(USES text)
