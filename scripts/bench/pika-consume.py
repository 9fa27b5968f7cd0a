"""Writes COUNT bodies to stdout with pika, each acknowledged. Usage: pika-consume.py URL QUEUE COUNT"""

import sys

import pika

url, queue, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
channel.basic_qos(prefetch_count=256)
for method, _properties, body in channel.consume(queue):
    sys.stdout.buffer.write(body + b"\n")
    channel.basic_ack(method.delivery_tag)
    count -= 1
    if count == 0:
        break
sys.stdout.buffer.flush()
connection.close()
