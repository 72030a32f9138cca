set(USES backend/rnp)
