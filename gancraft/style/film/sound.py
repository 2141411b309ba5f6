"""The sound of a film, carried into another: packets as they are, or encoded anew where the other can't hold them."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from typing import Any

import av

from gancraft.style.film.source import Clock, Film

_OPUS_RATE = 48000


class Sounds:
    """All streams of sound, muxed beside the frames: `until` brings the sound up to a time.

    origin: the stamp of the clock that becomes 0 in the new film. warnings: lines for a person.
    """

    def __init__(self, container: av.container.OutputContainer, source: Film, clock: Clock, whole: bool):
        self.out, self.warnings = container, list[str]()
        self.origin, self.end = clock.stamps[0], Fraction(clock.stamps[-1] + clock.last) * clock.unit
        self.whole = whole
        self.file = av.open(str(source.path), metadata_errors="replace") if source.sounds else None
        self.carriers: dict[int, _Copied] = {}
        if self.file is not None:
            starts = [
                s.start_time * s.time_base for s in self.file.streams.audio if s.start_time is not None and s.time_base
            ]
            if whole:  # sound may begin before the pictures; a start below 0 is what a decoder throws away
                first = min([Fraction(self.origin) * clock.unit, *starts])
                self.origin = max(0, round(first / clock.unit))
            for stream in self.file.streams.audio:
                self._add(stream)
        self.shift = Fraction(self.origin) * clock.unit
        self.packets = self._read()
        self.next: Any = next(self.packets, None)

    def __enter__(self) -> Sounds:
        return self

    def __exit__(self, *_: object) -> None:
        self.packets.close()
        if self.file is not None:
            self.file.close()

    def until(self, time: Fraction | None) -> None:
        """Mux what begins before this time of the new film; None: all the rest."""
        while self.next is not None and (time is None or self.next.pts * self.next.time_base - self.shift < time):
            packet, carrier = self.next, self.carriers[self.next.stream.index]
            self.next = next(self.packets, None)
            self.out.mux(carrier.packets(packet, self.shift))
        if time is None:
            for carrier in self.carriers.values():
                self.out.mux(carrier.rest())

    def _add(self, stream: Any) -> None:
        name = stream.codec_context.name
        held = self.out.supported_codecs
        try:
            if {name, stream.codec_context.codec.canonical_name} & set(held):
                self.carriers[stream.index] = _Copied(self.out.add_stream_from_template(stream))
            else:
                self.carriers[stream.index] = _Encoded(self.out, stream)
                self.warnings.append(
                    f"sound: {self.out.format.name} can't hold {name}; encoded anew as {self.carriers[stream.index].name}"
                )
        except (av.FFmpegError, ValueError, RuntimeError, NotImplementedError) as error:
            self.warnings.append(
                f"sound: a stream of {name} can't be kept ({' '.join(str(error).split())}); it is left out"
            )

    def _read(self) -> Generator[Any, None, None]:
        """Packets of the sounds that are kept, within the frames' time where only a part is wanted."""
        if self.file is None or not self.carriers:
            return
        try:
            for packet in self.file.demux([self.file.streams[index] for index in self.carriers]):
                if packet.pts is None or not packet.size:
                    continue
                begin = packet.pts * packet.time_base
                if self.whole or self.shift <= begin < self.end:
                    yield packet
        except av.FFmpegError as error:  # a file that was cut off: its end has no sound
            self.warnings.append(f"sound: it ends early ({error.strerror})")


class _Copied:
    """A stream whose packets are taken over."""

    def __init__(self, stream: Any):
        self.stream, self.name = stream, stream.codec_context.name

    def packets(self, packet: Any, shift: Fraction) -> list[Any]:
        steps = round(shift / packet.time_base)
        packet.pts -= steps
        if packet.dts is not None:
            packet.dts -= steps
        packet.stream = self.stream
        return [packet]

    def rest(self) -> list[Any]:
        return []


class _Encoded(_Copied):
    """A stream decoded and encoded in the container's usual way."""

    def __init__(self, out: av.container.OutputContainer, source: Any):
        codec = "libopus" if out.default_audio_codec in ("opus", "vorbis") else out.default_audio_codec
        rate = _OPUS_RATE if codec == "libopus" else source.codec_context.sample_rate
        super().__init__(out.add_stream(codec, rate=rate))
        self.stream.codec_context.layout = "mono" if source.codec_context.channels == 1 else "stereo"

    def packets(self, packet: Any, shift: Fraction) -> list[Any]:
        found = []
        try:
            frames = packet.decode()
        except av.FFmpegError:  # a click in the sound is no reason to end
            return []
        for frame in frames:
            if frame.pts is not None:
                frame.pts -= round(shift / frame.time_base)
            found += self.stream.encode(frame)  # which resamples
        return found

    def rest(self) -> list[Any]:
        return list(self.stream.encode(None))
