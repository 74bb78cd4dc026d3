"""A graph unrolled in time: a row for each layer, a column for each step, arrows between.

Which steps an operation reads is asked of the operation itself: `stepwise`, `chooses`, `cut`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seqspec.draw.fold import readers
from seqspec.draw.tracks import (
    Arrow,
    Cell,
    Column,
    Entry,
    Lane,
    Row,
    RowKind,
    Track,
    Unfit,
    among,
    new_columns,
    new_entries,
    shown,
)  # fmt: skip
from seqspec.graph.nodes import GraphQueries
from seqspec.ops.chain import Node
from seqspec.ops.final import Final
from seqspec.ops.input import In, Lift
from seqspec.ops.mask import Mask, Unmask
from seqspec.ops.places import Places
from seqspec.ops.recurrent import Recurring
from seqspec.ops.time import Pad, Repeat
from seqspec.table import operation_text
from seqspec.values import Size, size_text

MOST_ROWS = 16
MOST_LANES = 4


class Unroller:
    """Makes the rows of a graph. Raises `Unfit`."""

    def __init__(self, graph: GraphQueries) -> None:
        self.graph = graph
        self.rows: list[Row] = []
        self.places = {node.name: number for number, node in enumerate(graph.nodes)}
        self.readers = readers(
            [[self.places[name] for name in node.inputs] for node in graph.nodes]
        )
        self.tracks: dict[str, Track] = {}

    def run(self) -> list[Row]:
        """The rows, from the inputs to the outputs."""
        if len(self.graph.nodes) > 4 * MOST_ROWS:
            raise Unfit(f"it shows up to {MOST_ROWS} layers")
        for number, node in enumerate(self.graph.nodes):
            tracks = [self.tracks[name] for name in node.inputs]
            read_by = [self.graph.nodes[reader] for reader in sorted(self.readers[number])]
            self.tracks[node.name] = self._track(node, tracks, read_by)
        for output in self.graph.outputs:
            self._output(output.name, self.graph.by_name[output.node])
        if len(self.rows) > MOST_ROWS:
            raise Unfit(f"it shows up to {MOST_ROWS} layers")
        if len({id(row.lane) for row in self.rows}) > MOST_LANES:
            raise Unfit(f"it shows up to {MOST_LANES} sequences side by side")
        return self.rows

    def _track(self, node: Node, tracks: list[Track], read_by: list[Node]) -> Track:
        op = node.op
        if isinstance(op, In):
            return self._input(node, read_by)
        if isinstance(op, Lift):
            return tracks[0]
        if isinstance(op, Mask | Unmask) and len(tracks) == 1:
            return replace(tracks[0], via=_via(tracks[0], node))
        if isinstance(op, Recurring):
            return self._recurrent(node, op, tracks)
        if isinstance(op, Final):
            return self._final(node, op, tracks[0])
        if isinstance(op, Pad) and not tracks[0].vector:
            return self._padded(node, op, tracks[0])
        if isinstance(op, Repeat):
            return self._repeated(node, tracks[0])
        if op.chooses() and not tracks[0].vector:
            return self._chosen(node, tracks[0])
        return self._layer(node, tracks)

    def _input(self, node: Node, read_by: list[Node]) -> Track:
        """Red boxes: one a step, or one for a vector."""
        steps: Size | None = node.value.steps if node.value.is_sequence else None
        if any(isinstance(reader.op, Lift) for reader in read_by):
            steps = node.value.shape[0]
        if steps is not None:
            entries = new_entries(steps)
            entries[0].column.lane.numbered = True
            return self._row("input", node, entries, vector=False)
        lane = Lane()
        lane.columns = [Column(lane)]
        return self._row("input", node, [Entry(0, lane.columns[0])], vector=True)

    def _row(
        self, kind: RowKind, node: Node, entries: Sequence[Entry], *, vector: bool, via: str = ""
    ) -> Track:
        """A row of boxes, with an arrow from each cell that a step comes from."""
        label = " → ".join(filter(None, (via, _text(node))))
        columns = [entry.column for entry in entries]
        row = Row(kind, label, str(node.value), columns[0].lane, columns)
        self.rows.append(row)
        for entry in entries:
            row.arrows += [Arrow(cell, entry.column) for cell in entry.cells]
        made = tuple(
            replace(entry, cells=() if entry.step is None else (Cell(row, entry.column),))
            for entry in entries
        )
        return Track(made, vector, row=row)

    def _recurrent(self, node: Node, op: Recurring, tracks: list[Track]) -> Track:
        """Green boxes, each with an arrow to the next one."""
        if tracks[0].vector:
            raise Unfit(f"`{op.op}` reads no sequence here")
        track = self._row("state", node, tracks[0].entries, vector=False, via=tracks[0].via)
        row = track.row
        assert row
        row.direction = op.direction
        asked = op.asks(*self.graph.values(node))
        sides = ("forward", "backward") if op.bi else (op.direction,)
        for given, port in zip(tracks[1:], asked[1:], strict=True):
            source = given.row if port == "states" else None
            if source and op.bi and source.lane is row.lane:
                raise Unfit(f"`{_text(node)}` starts from states of the same sequence")
            for side in sides:
                cells = [source.end(side)] if source else given.entries[0].cells
                start = row.start(side)
                row.arrows += [Arrow(cell, start.column, side, beside=True) for cell in cells]
        return track

    def _final(self, node: Node, op: Final, track: Track) -> Track:
        """The last state of each direction."""
        row = track.row
        assert row
        sides = {"forward": ("forward",), "backward": ("backward",)}.get(
            op.side or str(row.direction), ("forward", "backward")
        )
        ends = tuple(row.end(side) for side in sides)
        return Track((Entry(0, ends[0].column, ends),), True, via=_via(track, node))

    def _padded(self, node: Node, op: Pad, track: Track) -> Track:
        """Dashed boxes beside those of the row."""
        row, sides = track.row, op.sides(self.graph.values(node)[0])
        if row is None or any(map(any, sides[1:])):
            raise Unfit(f"`{_text(node)}` is not along the steps alone")
        (before, after), lane, steps = sides[0], track.lane, self.graph.values(node)[0].steps
        if track.columns != lane.columns:
            raise Unfit(f"`{_text(node)}` stands between other steps")
        front, back = new_columns(lane, before), new_columns(lane, after)
        lane.columns[:] = [*front, *lane.columns, *back]
        row.columns[:] = lane.columns
        row.padding += [column for column in (*front, *back) if not column.gap]
        row.label += f" → {_text(node)}"
        row.note = str(node.value)

        def new(columns: Sequence[Column], first: Size) -> list[Entry]:
            made = []
            for column, step in zip(columns, shown(len(columns)), strict=True):
                cells = () if column.gap else (Cell(row, column),)
                made.append(Entry(None if column.gap else first + (step or 0), column, cells))
            return made

        moved = [
            replace(e, step=None if e.step is None else e.step + before) for e in track.entries
        ]
        whole = (*new(front, 0), *moved, *new(back, steps + before))
        for entry in whole:
            entry.column.label = "" if entry.step is None else size_text(entry.step + 1)
        return replace(track, entries=whole)

    def _repeated(self, node: Node, track: Track) -> Track:
        """One vector that all steps read."""
        if not track.vector:
            raise Unfit(f"`{_text(node)}` repeats no vector")
        given = track.row is None
        entries = self._from_one(node, track, _via(track, node))
        return Track(tuple(entries), False, via="" if given else _via(track, node))

    def _from_one(self, node: Node, track: Track, text: str) -> list[Entry]:
        """The steps of a new sequence, all made of one vector, which stands below their middle."""
        entries = new_entries(node.value.steps)
        cells, middle, row = track.entries[0].cells, entries[0].column.lane.middle, track.row
        if row is None:
            row = Row("plain", text, str(self.graph.values(node)[0]), middle.lane, [middle])
            row.arrows = [Arrow(cell, middle, beside=cell.is_last()) for cell in cells]
            self.rows.append(row)
            cells = (Cell(row, middle),)
        elif len(self.readers[self.places[node.inputs[0]]]) == 1:
            row.lane, row.columns = middle.lane, [middle]
            row.arrows = [replace(arrow, column=middle) for arrow in row.arrows]
            cells = (Cell(row, middle),)
        return [e if e.step is None else replace(e, cells=cells) for e in entries]

    def _chosen(self, node: Node, track: Track) -> Track:
        """Some of the steps."""
        chosen = node.op.chooses()
        assert chosen
        places = chosen.places(self.graph.values(node)[0].steps)
        entries = among(track.entries, places)
        if chosen.index is not None:
            if not entries:
                raise Unfit(f"the step of `{_text(node)}` is not among those that are shown")
            return Track((replace(entries[0], step=0),), True, via=_via(track, node))
        if not any(entry.step is not None for entry in entries):
            raise Unfit(f"the steps of `{_text(node)}` are not among those that are shown")
        return Track(tuple(entries), False, via=_via(track, node), row=None)

    def _layer(self, node: Node, tracks: list[Track]) -> Track:
        """A row of a layer of any other kind."""
        if not tracks:
            raise Unfit(f"`{_text(node)}` comes from nowhere")
        kind: RowKind = "layer" if self.graph.weights(node) else "plain"
        via = " | ".join(dict.fromkeys(track.via for track in tracks if track.via))
        sequence = next((track for track in tracks if not track.vector), None)
        becomes = node.value.is_sequence
        if sequence is None:
            if becomes and len(tracks) > 1:
                raise Unfit(f"`{_text(node)}` makes steps of several vectors")
            if becomes:
                where = self._from_one(node, tracks[0], via)
                return self._row(kind, node, where, vector=False)
            cells = tuple(cell for track in tracks for cell in track.entries[0].cells)
            where = [Entry(0, tracks[0].entries[0].column, cells)]
            return self._row(kind, node, where, vector=True, via=via)
        if not becomes:
            cells = tuple(c for track in tracks for entry in track.entries for c in entry.cells)
            middle = [Entry(0, sequence.lane.middle, tuple(dict.fromkeys(cells)))]
            return self._row(kind, node, middle, vector=True, via=via)
        return self._row(kind, node, self._stepwise(node, sequence, tracks), vector=False, via=via)

    def _stepwise(self, node: Node, sequence: Track, tracks: list[Track]) -> list[Entry]:
        """Where the steps of a layer come from."""
        others = [track for track in tracks if not track.vector]
        if any(track.columns != sequence.columns for track in others):
            raise Unfit(f"`{_text(node)}` reads sequences that do not stand one above the other")
        if not node.op.stepwise():
            return self._windows(node, sequence, tracks)
        entries = []
        for place, entry in enumerate(sequence.entries):
            cells = [c for t in tracks for c in t.entries[0 if t.vector else place].cells]
            entries.append(replace(entry, cells=() if entry.step is None else tuple(cells)))
        return entries

    def _windows(self, node: Node, sequence: Track, tracks: list[Track]) -> list[Entry]:
        """Where each step reads several, as a convolution does; no step is left out."""
        values = [x.derive(*x.shape, mask=False) for x in self.graph.values(node)]
        steps = node.value.steps
        if len(tracks) > 1 or len(sequence.steps) != values[0].steps or not isinstance(steps, int):
            raise Unfit(f"`{_text(node)}` reads several steps at once")
        entries = []
        for step in range(steps):
            cut = node.op.cut(Places.of(step, 1), *values)
            part = cut.parts[0] if cut and len(cut.parts) == 1 else None
            if cut is None or part is None or cut.makes != Places.of(step, 1):
                raise Unfit(f"`{_text(node)}` reads all steps at once")
            read = among(sequence.entries, part.places)
            where = sequence.entries[step] if steps == values[0].steps else read[len(read) // 2]
            cells = tuple(cell for entry in read for cell in entry.cells)
            entries.append(Entry(step, where.column, cells))
        if len({id(entry.column) for entry in entries}) < len(entries):
            raise Unfit(f"`{_text(node)}` makes more steps than it reads")
        return entries

    def _output(self, name: str, node: Node) -> None:
        """Blue boxes: the last layer itself, or a row of its own behind states and inputs."""
        track = self.tracks[node.name]
        row = track.row
        if row and row.kind in ("layer", "plain") and not self.readers[self.places[node.name]]:
            row.kind = "output"
            return
        label = track.via or name
        columns = track.columns
        made = Row("output", label, str(node.value), track.lane, columns)
        for entry in track.entries:
            made.arrows += [Arrow(cell, entry.column) for cell in entry.cells]
        self.rows.append(made)


def _via(track: Track, node: Node) -> str:
    return " → ".join(filter(None, (track.via, _text(node))))


def _text(node: Node) -> str:
    """An operation with the chains inside it, and whose weights it has."""
    chains = [
        f" ({' → '.join(_text(inner) for inner in chain.nodes[1:])})" for chain in node.op.chains()
    ]
    shares = f", weights of {node.shares}" if node.shares else ""
    return operation_text(node.op) + "".join(chains) + shares
