"""late.py: late.py PORT MS: a DNS server on loopback that passes queries to 127.0.0.1:53 and answers late."""
import heapq
import select
import socket
import sys
import time


def main():
    delay = int(sys.argv[2]) / 1000
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    front.bind(('127.0.0.1', int(sys.argv[1])))
    back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    back.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    back.connect(('127.0.0.1', 53))
    clients, waiting, number = {}, [], 0
    print('ready', flush=True)
    while True:
        wait = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for ready in select.select([front, back], [], [], wait)[0]:
            if ready is front:
                octets, client = front.recvfrom(65535)
                number = (number + 1) % 65536
                clients[number] = client, octets[:2]
                back.send(number.to_bytes(2, 'big') + octets[2:])
            else:
                octets = back.recv(65535)
                client, its_number = clients.pop(int.from_bytes(octets[:2], 'big'), (None, b''))
                if client is not None:
                    heapq.heappush(waiting, (time.monotonic() + delay, its_number + octets[2:], client))
        while waiting and waiting[0][0] <= time.monotonic():
            _, octets, client = heapq.heappop(waiting)
            front.sendto(octets, client)


if __name__ == '__main__':
    main()
