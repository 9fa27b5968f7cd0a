"""Publishes the lines of stdin with pika. Usage: pika-publish.py URL QUEUE [confirm]"""

import sys

import pika

url, queue, confirm = sys.argv[1:4]
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()
if confirm:
    channel.confirm_delivery()
for line in sys.stdin.buffer:
    channel.basic_publish("", queue, line.rstrip(b"\n"))
connection.close()
