"""The demo world (BEHAVIOUR section 10): the same people and enterprises in demonstrations, tests and screenshots."""
