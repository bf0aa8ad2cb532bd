"""Copies standard input, N bytes every few milliseconds."""
import os, sys, time
while data := os.read(0, int(sys.argv[1])):
    os.write(1, data)
    time.sleep(0.005)
