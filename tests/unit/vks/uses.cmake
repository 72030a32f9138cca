set(USES net backend/idn)
