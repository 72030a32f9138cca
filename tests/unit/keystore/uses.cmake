set(USES backend/rnp mime)
