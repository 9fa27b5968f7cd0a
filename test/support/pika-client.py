"""Another AMQP client for the tests: Python's pika. Usage: pika-client.py COMMAND JSON, see interop.ts.

Prints one JSON record a line. Header values are pairs [type, text], so that JSON takes no type away; "long" is pika's
name for an integer that was sent with 64 bits.
"""

import base64
import datetime
import decimal
import json
import sys

import pika

READ = {
    "int": int,
    "long": pika.compat.long,
    "str": str,
    "bool": lambda text: text == "True",
    "bytes": base64.b64decode,
    "Decimal": decimal.Decimal,
    "datetime": datetime.datetime.fromisoformat,
    "NoneType": lambda _text: None,
    "list": lambda items: [read(item) for item in items],
    "dict": lambda fields: {name: read(value) for name, value in fields.items()},
}

WRITE = {
    "long": lambda value: str(int(value)),
    "bytes": lambda value: base64.b64encode(value).decode(),
    "datetime": lambda value: value.isoformat(),
    "list": lambda value: [write(item) for item in value],
    "dict": lambda value: {name: write(item) for name, item in value.items()},
}


def read(pair):
    return READ[pair[0]](pair[1])


def write(value):
    kind = type(value).__name__
    return [kind, WRITE.get(kind, str)(value)]


def show(record):
    print(json.dumps(record), flush=True)


def show_message(method, properties, body):
    fields = {name: value for name, value in vars(properties).items() if value is not None}
    headers = fields.pop("headers", {})
    show(
        {
            "exchange": method.exchange,
            "routingKey": method.routing_key,
            "redelivered": method.redelivered,
            "properties": fields,
            "headers": {name: write(value) for name, value in headers.items()},
            "bodyBase64": base64.b64encode(body).decode(),
        }
    )


def properties_of(task):
    headers = {name: read(pair) for name, pair in task.get("headers", {}).items()}
    return pika.BasicProperties(headers=headers or None, **task.get("properties", {}))


def publish(channel, task):
    """Publishes once, as mandatory; fails unless the broker has confirmed it."""
    channel.confirm_delivery()
    body = base64.b64decode(task["bodyBase64"])
    channel.basic_publish(task["exchange"], task["routingKey"], body, properties_of(task), mandatory=True)
    show({"confirmed": True})


def consume(channel, task):
    """Takes and acknowledges so many messages."""
    channel.basic_qos(prefetch_count=task["count"])
    deliveries = channel.consume(task["queue"])
    for _ in range(task["count"]):
        method, properties, body = next(deliveries)
        show_message(method, properties, body)
        channel.basic_ack(method.delivery_tag)
    channel.cancel()


def call(channel, task):
    """Sends a request with direct reply-to and shows the reply."""
    connection = channel.connection
    replies = []
    channel.basic_consume("amq.rabbitmq.reply-to", lambda *reply: replies.append(reply[1:]), auto_ack=True)
    body = base64.b64decode(task["bodyBase64"])
    properties = pika.BasicProperties(reply_to="amq.rabbitmq.reply-to", correlation_id="1")
    channel.basic_publish(task["exchange"], task["routingKey"], body, properties)
    while not replies:
        connection.process_data_events(time_limit=None)
    show_message(*replies[0])


def serve(channel, task):
    """Replies to each request with its body in capitals, until it is killed."""

    def reply(_channel, method, request, body):
        properties = pika.BasicProperties(correlation_id=request.correlation_id)
        channel.basic_publish("", request.reply_to, body.upper(), properties)
        channel.basic_ack(method.delivery_tag)

    channel.basic_consume(task["queue"], reply)
    show({"ready": True})
    channel.start_consuming()


def main():
    command = {"publish": publish, "consume": consume, "call": call, "serve": serve}[sys.argv[1]]
    task = json.loads(sys.argv[2])
    connection = pika.BlockingConnection(pika.URLParameters(task["url"]))
    command(connection.channel(), task)
    connection.close()


main()
