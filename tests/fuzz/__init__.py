"""libFuzzer over the core of the native engine, with AddressSanitizer and UBSan."""
