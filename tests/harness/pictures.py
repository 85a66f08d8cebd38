"""Small pictures that any program shows, with what a telephone writes beside the image."""
import struct
import zlib

PLACE = b"KENARI-RUMAH-AMAN"  # stands in every kind of metadata made here


def exif(orientation, order="<"):
    """An Exif block: who made the picture, how the camera was held, and where (10.1772 S, 123.6070 E)."""
    def entry(tag, kind, n, value):
        return struct.pack(order + "HHI", tag, kind, n) + value

    make = PLACE + b"\0"
    gps_at = 8 + 2 + 3 * 12 + 4 + len(make)
    main = struct.pack(order + "H", 3)
    main += entry(0x010F, 2, len(make), struct.pack(order + "I", 8 + 2 + 3 * 12 + 4))
    main += entry(0x0112, 3, 1, struct.pack(order + "HH", orientation, 0))
    main += entry(0x8825, 4, 1, struct.pack(order + "I", gps_at)) + struct.pack(order + "I", 0) + make
    gps = struct.pack(order + "H", 4)
    gps += entry(1, 2, 2, b"S\0\0\0") + entry(2, 5, 3, struct.pack(order + "I", gps_at + 54))
    gps += entry(3, 2, 2, b"E\0\0\0") + entry(4, 5, 3, struct.pack(order + "I", gps_at + 78)) + struct.pack(order + "I", 0)
    gps += struct.pack(order + "6I", 10, 1, 10, 1, 3792, 100) + struct.pack(order + "6I", 123, 1, 36, 1, 2520, 100)
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8) + main + gps


def segment(code, body):
    return bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body


def jpeg(metadata, orientation=6, order="<"):
    """A grey JPEG of 16 x 8; with metadata: a thumbnail, Exif, XMP, a comment, another picture behind the end."""
    out = b"\xFF\xD8"
    thumbnail = b"\x01\x01" + PLACE[:3] if metadata else b"\0\0"
    out += segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01" + thumbnail)
    if metadata:
        out += segment(0xE1, b"Exif\0\0" + exif(orientation, order))
        out += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + PLACE + b"</x>") + segment(0xFE, PLACE) + segment(0xED, b"Photoshop" + PLACE)
    out += segment(0xDB, b"\0" + b"\x10" * 64) + segment(0xC0, struct.pack(">BHHBBBB", 8, 8, 16, 1, 1, 0x11, 0))
    table = bytes([1] + [0] * 15) + b"\0"  # one code, of one bit: nothing changes
    out += segment(0xC4, b"\0" + table) + segment(0xC4, b"\x10" + table) + segment(0xDA, b"\x01\x01\0\0\x3F\0") + b"\x0F\xFF\xD9"
    return out + (b"MotionPhoto" + PLACE if metadata else b"")


def png(metadata):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    out = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)) + chunk(b"gAMA", struct.pack(">I", 45455))
    if metadata:
        out += chunk(b"eXIf", exif(1)) + chunk(b"tEXt", b"Comment\0" + PLACE) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PLACE)
        out += chunk(b"tIME", b"\x07\xEA\x0B\x16\0\0\0")
    out += chunk(b"IDAT", zlib.compress(b"\0\xFF\0\0\0\0\xFF")) + chunk(b"IEND", b"")
    return out + (PLACE if metadata else b"")


def webp(metadata):
    """One white pixel, lossless."""
    def chunk(kind, body):
        return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)

    flags = 0x08 | 0x04 if metadata else 0
    out = chunk(b"VP8X", bytes([flags, 0, 0, 0]) + b"\0" * 6) + chunk(b"VP8L", bytes.fromhex("2f00000000883f0000000707f58f88e87f000000"))
    if metadata:
        out += chunk(b"EXIF", exif(1)) + chunk(b"XMP ", PLACE)
    return b"RIFF" + struct.pack("<I", len(out) + 4) + b"WEBP" + out
