"""Takes what is sent: at once (port 7000), or up to SIZE bytes every PAUSE seconds (port 7001). sink.py ADDRESS PAUSE [SIZE]"""
import socket, sys, threading, time
size = int(sys.argv[3]) if len(sys.argv) > 3 else 65536
def serve(port, pause):
    s = socket.create_server((sys.argv[1], port))
    while True:
        c = s.accept()[0]
        while c.recv(size): time.sleep(pause)
        c.close()
threading.Thread(target=serve, args=(7000, 0), daemon=True).start()
serve(7001, float(sys.argv[2]))
