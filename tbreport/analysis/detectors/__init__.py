"""One detector a file; `detector.every_detector` finds them."""
