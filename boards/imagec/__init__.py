"""How an image is made of the firmware's modules: bundled, mangled, constants folded, dead branches cut."""
