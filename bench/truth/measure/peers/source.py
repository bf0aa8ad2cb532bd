"""Sends FILE to each who connects to PORT, N bytes every few milliseconds. source.py ADDRESS [PORT FILE N]…"""
import socket, sys, threading, time
def send(c, data, n):
    try:
        for i in range(0, len(data), n):
            c.sendall(data[i:i + n])
            time.sleep(0.004)
    except OSError:
        pass
    c.close()
def serve(port, file, n):
    s = socket.create_server((sys.argv[1], port))
    while True:
        threading.Thread(target=send, args=(s.accept()[0], open(file, "rb").read(), n), daemon=True).start()
for i in range(2, len(sys.argv), 3):
    threading.Thread(target=serve, args=(int(sys.argv[i]), sys.argv[i + 1], int(sys.argv[i + 2])), daemon=True).start()
while True:
    time.sleep(60)
