set(USES backend/rnp backend/idn json)
