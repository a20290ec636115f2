"""Host-process Lambda execution and fidelity patches for the AWS emulator localemu."""
