"""The people and enterprises of the demo world (BEHAVIOUR section 10), by the numbers that tests type."""

AN = "70031499873"  # legal representative of Atelier Noord and of Drukkerij Stil
LUC = "65110299794"  # second legal representative of the brasserie
SOPHIE = "82062199839"  # legal representative and HTB of Groot Personeel
KARIM = "90013099797"  # employee of Atelier Noord and of Transport Müller, HTB of the latter
MARIE = "78090599868"  # legal representative and HTB of the brasserie
JONAS = "88121299790"  # legal representative of Transport Müller
EMMA = "01041799825"  # employee of Atelier Noord and of Buurthuis De Brug
THOMAS = "03080899775"  # TB of Werkgever RSZ of the brasserie
INGRID = "59022899894"  # legal representative without eID
PIOTR = "75471999746"  # BIS number, legal representative without eID
NOOR = "95070799860"  # user of the brasserie
BART = "72052599791"  # co-HTB of the brasserie

ATELIER = "0999000129"
BRASSERIE = "0999000228"
TRANSPORT = "0999000327"
DRUKKERIJ = "0999000426"
GROOT = "0999000525"
BUURTHUIS = "0999000624"
