// What the other tool that saves messages as JSON writes.
/** As rabtap writes it: every field of its RabtapPersistentMessage (cmd/rabtap/message_writer.go). */
export const byRabtap = {
  Headers: { n: 5, text: "x", nested: { a: [1, "b"] } },
  ContentType: "text/plain",
  ContentEncoding: "",
  DeliveryMode: 2,
  Priority: 0,
  CorrelationID: "c",
  ReplyTo: "",
  Expiration: "",
  MessageID: "",
  Timestamp: "2026-11-21T10:00:00+01:00",
  Type: "",
  UserID: "",
  AppID: "app",
  DeliveryTag: 1,
  Redelivered: false,
  Exchange: "amq.topic",
  RoutingKey: "a.b",
  XRabtapReceivedTimestamp: "2026-11-21T10:00:00.123456789+01:00",
  Body: "AP8=",
};
