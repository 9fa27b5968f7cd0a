// What a frame is made of (AMQP 0-9-1, 2.3.5): type, channel, size, payload, end.

export const METHOD_FRAME = 1;
export const HEADER_FRAME = 2;
export const BODY_FRAME = 3;
export const FRAME_END = 0xce;

/** What stands before the payload: type, channel and size. */
export const FRAME_PREFIX = 7;
/** The prefix and the end. */
export const FRAME_OVERHEAD = 8;

/** The class of every method and header that belongs to a message. */
export const BASIC = 60;
