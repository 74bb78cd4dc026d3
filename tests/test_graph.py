"""Tree to graph: names, blocks, copies, sharing, parameters, files; what is said and what not."""

from __future__ import annotations

import pytest
from golden import Case, each

import seqspec
from seqspec import Graph, Limits, SpecError, check, parse
from seqspec.values import shape_text


def shapes(text: str, **settings: object) -> dict[str, str]:
    """The outputs of a text with their shapes."""
    graph = parse(text, settings)
    return {o.name: shape_text(graph.by_name[o.node].value.shape) for o in graph.outputs}


def bare(graph: Graph) -> list[tuple[object, ...]]:
    """What a graph means, places and names of layers aside."""
    numbers = {node.name: number for number, node in enumerate(graph.nodes)}
    return [
        (n.op, n.value, [numbers[i] for i in n.inputs], numbers.get(n.shares or ""))
        for n in graph.nodes
    ]


def same(one: str, other: str, **settings: object) -> None:
    """Two texts that mean the same."""
    assert bare(parse(one, settings)) == bare(parse(other, settings))


def codes(text: str, **settings: object) -> list[str]:
    return [diagnostic.code.id for diagnostic in check(text, settings).diagnostics]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("in 6 -> dense 3", "(3)"),
        ("in 6 -> repeat 5 -> lstm 64", "(5, 64)"),
        ("in 6 -> feedback 1 ( dense 6 )", "(1, 6)"),
        ("in 6 -> clip 1 1", "(6)"),
        ("in 10x6 -> lstm 64 -> take last", "(64)"),
        ("in 10x6 -> lstm 64", "(10, 64)"),
        ("in 6x1 -> lstm 1 -> take last 3", "(3, 1)"),
        ("in 3x1 -> pad end 3 -> lstm 1 -> take last 3", "(3, 1)"),
        ("in 6 -> lstm 64 -> take last 3", "(3, 64)"),
        ("in ?x6 -> lstm 8 bi", "(?, 16)"),
        ("in TxSx3 -> conv 4 3x3 stride=2 same", "((T + 1) // 2, (S + 1) // 2, 4)"),
    ],
)
def test_shapes(text: str, shape: str) -> None:
    assert shapes(text) == {"output": shape}


def test_the_documents_first_look_compiles() -> None:
    text = """
    let units = 64
    x     = in Tx8
    h     = x -> lstm {units} bi -> dropout 0.2
    trend = h -> add _ (dense {units * 2} relu -> dense {units * 2}) -> norm
    out level = trend -> take last -> dense 1
    out steps = trend -> take last 3 -> dense 8
    train level loss=mse
    train steps loss=mae weight=0.5
    train optimizer=adam rate=1e-3
    """
    assert shapes(text) == {"level": "(1)", "steps": "(3, 8)"}
    graph = parse(text)
    assert graph.training is not None
    assert [*graph.training.objectives] == ["level", "steps"]


class TestOutputs:
    def test_the_last_chain_is_the_output(self) -> None:
        assert shapes("a = in 6 -> dense 3\nb = a -> dense 4") == {"b": "(4)"}
        assert shapes("a = in 6 -> dense 3\na -> dense 4") == {"output": "(4)"}

    def test_outs_stand_in_file_order(self) -> None:
        text = "out b = in 6 -> dense 3\na = b -> dense 4\nout c = a -> relu\nout a"
        assert [*shapes(text)] == ["b", "c", "a"]

    def test_what_no_output_needs_is_left_out_and_said(self) -> None:
        text = "x = in 6\nspare = x -> dense 900\nout y = x -> dense 3"
        assert codes(text) == ["W101"]
        assert parse(text).parameter_count == 21

    def test_an_input_may_be_an_output(self) -> None:
        assert shapes("out x = in 6") == {"x": "(6)"}


class TestNames:
    def test_the_name_is_the_layers_name(self) -> None:
        graph = parse("x = in 6\nh = x -> dense 3 -> dense 4\nout y = h -> dense 2 name=head")
        assert [node.name for node in graph.nodes] == ["x", "dense", "h", "head"]

    def test_names_do_not_depend_on_what_was_compiled_before(self) -> None:
        text = "in 6 -> dense 3 -> dense 3"
        assert parse(text) == parse(text)

    def test_derived_names_avoid_given_ones(self) -> None:
        graph = parse("in 6 -> dense 3 -> dense 4 name=dense -> (dense 5 name=dense_1) * 2")
        names = [node.name for node in graph.nodes]
        assert names == ["input", "dense_2", "dense", "dense_1", "dense_1_1"]

    def test_a_name_of_a_block_is_that_of_its_use(self) -> None:
        """Outside it is the list of all; inside one use or copy it is the value there."""
        residual = "block res = as x -> dense 6 -> add _ x\n"
        same(residual + "out y = in 6 -> res -> res", "out y = in 6 -> (add (dense 6) _) * 2")
        same("out y = in 6 -> (as x -> dense 6 -> add _ x) * 2", "in 6 -> (add (dense 6) _) * 2")
        net = "block net = (dense 6 -> as s) * 2 -> (dense 6 -> add _ s.{1 - i}) * 2\n"
        once = (
            "a{0} = {1} -> dense 6\nb{0} = a{0} -> dense 6\nc{0} = b{0} -> dense 6 -> add _ b{0}\n"
        )
        last = "d{0} = c{0} -> dense 6 -> add _ a{0}\n"
        written = (once + last).format(1, "in 6") + (once + last).format(2, "d1")
        same(net + "out y = in 6 -> net -> net", written + "out d2")
        outside = "block b(n) = dense {n} -> as mids -> relu\nh = in 6 -> b 6 -> b 6\n"
        assert shapes(outside + "out y = concat mids") == {"y": "(12)"}
        assert codes(outside + "out y = mids -> relu") == ["E108"]

    def test_a_name_of_a_run_is_that_of_the_run(self) -> None:
        fed = parse("in 6 -> feedback 3 (dense 6 -> as k -> dense 6 -> add _ k)")
        assert [len(n.inputs) for n in fed.nodes if n.op.op == "add"] == [2, 2, 2]

    def test_a_name_read_before_it_is_given_again_is_that_of_earlier_copies(self) -> None:
        dense = "x = in 6 -> dense 6\ny = x -> (dense 6 -> as f -> dense 6) * 2\nout z = concat f"
        assert shapes(dense) == {"z": "(12)"}

    def test_a_name_for_the_value_that_flows_in(self) -> None:
        same(
            "out y = in 6 -> dense 6 -> as h -> concat (h -> dense 4) (h -> dense 3)",
            "h = in 6 -> dense 6\nout y = concat (h -> dense 4) (h -> dense 3)",
        )
        same("h = in 6\nout y = h -> add h h", "h = in 6\nout y = add h h")
        assert codes("h = in 6\nx = in 6\nout y = h -> add x x") == ["E401"]

    def test_a_gathered_name(self) -> None:
        stack = "h = in 6 -> (dense 6 -> as s) * 3\n"
        same(stack + "out y = add s", stack + "out y = add s.0 s.1 s.2")
        same(stack + "out y = s.-1 -> relu", stack + "out y = s.2 -> relu")
        assert codes(stack + "out y = s -> relu") == ["E108"]

    def test_a_name_of_a_block_belongs_to_the_file(self) -> None:
        text = (
            "block b(n) = dense {n} -> as mids -> relu\nh = in 6 -> b 3 -> b 4\nout y = concat mids"
        )
        assert shapes(text) == {"y": "(7)"}


class TestBlocks:
    def test_a_block_is_a_fresh_copy(self) -> None:
        same("block b(n, m=2) = dense {n} -> dense {m}\nin 6 -> b 3 -> b 4 m=5",
             "in 6 -> dense 3 -> dense 2 -> dense 4 -> dense 5")  # fmt: skip

    def test_parameters_may_be_values_words_and_chains(self) -> None:
        same("block b(x, act, n) = concat _ {x} -> dense {n} activation={act}\n"
             "s = in 6\nin 6 -> b s tanh 3",
             "s = in 6\nin 6 -> concat _ s -> dense 3 tanh")  # fmt: skip
        same("block b(layer) = relu -> add _ {layer}\nin 6 -> b (dense 6)",
             "x = in 6\na = x -> dense 6\nx -> relu -> add _ a")  # fmt: skip

    def test_a_parameter_may_name_an_operation(self) -> None:
        same("block b(cell) = {cell} 8 -> {cell} 4\nin 10x6 -> b gru", "in 10x6 -> gru 8 -> gru 4")

    def test_defaults_see_earlier_parameters(self) -> None:
        same("block b(n, m={n * 2}) = dense {n} -> dense {m}\nin 6 -> b 3",
             "in 6 -> dense 3 -> dense 6")  # fmt: skip

    def test_a_block_may_begin_a_chain(self) -> None:
        same("block source(n) = in {n} -> relu\nsource 6 -> dense 3", "in 6 -> relu -> dense 3")

    def test_definitions_may_stand_below(self) -> None:
        same("in 6 -> b {n}\nblock b(n) = dense {n}\nlet n = 3", "in 6 -> dense 3")


class TestCopies:
    def test_each_copy_has_weights_of_its_own_and_a_number(self) -> None:
        same("in 6 -> (dense {i + 1}) * 3", "in 6 -> dense 1 -> dense 2 -> dense 3")
        same("let n = 2\nin 6 -> (relu) * {n}", "in 6 -> relu -> relu")
        same("in 6 -> ((dense {i + 1}) * 2) * 2",
             "in 6 -> dense 1 -> dense 2 -> dense 1 -> dense 2")  # fmt: skip

    def test_a_stack_hands_its_states_on_layer_by_layer(self) -> None:
        text = "s = in Sx4 -> (lstm 8 -> as enc) * 2\nout y = in Tx4 -> (lstm 8 from=enc.{i}) * 2"
        layers = [n for n in parse(text).nodes if n.op.op == "lstm"]
        assert [n.inputs[1] for n in layers if len(n.inputs) > 1] == [n.name for n in layers[:2]]


class TestShared:
    TEXT = "shared tower = dense 4 relu -> dense 2\na = in 6 -> tower\nb = in 6 -> tower\n"

    def test_the_second_use_has_no_weights(self) -> None:
        graph = parse(self.TEXT + "out d = subtract a b")
        assert graph.parameter_count == 6 * 4 + 4 + 4 * 2 + 2
        sharing = [n.shares for n in graph.nodes if n.op.op == "dense"]
        assert sharing[:2] == [None, None]
        assert None not in sharing[2:]

    def test_what_an_output_shares_with_is_kept(self) -> None:
        graph = parse(self.TEXT + "out only = b -> relu")
        assert graph.parameter_count == 6 * 4 + 4 + 4 * 2 + 2

    def test_shared_inside_shared_and_blocks(self) -> None:
        text = (
            "shared one = dense 6\nshared two = one -> one\nblock b(n) = two -> dense {n}\n"
            "in 6 -> b 6 -> b 6"
        )
        assert parse(text).parameter_count == 3 * (6 * 6 + 6)


class TestOperands:
    def test_the_flow_may_be_read_where_it_is_written(self) -> None:
        same("in 6 -> add _ (dense 6)", "x = in 6\na = x -> dense 6\nadd x a")
        same("in 10x6 -> concat (lstm 8) (gru 8)",
             "x = in 10x6\na = x -> lstm 8\nb = x -> gru 8\nconcat a b")  # fmt: skip
        same("in 6 -> add _ (_ -> relu)", "in 6 -> add _ (relu)")
        same("x = in 6\ny = in 6\nadd x (y -> relu)", "x = in 6\ny = in 6\nz = y -> relu\nadd x z")

    def test_words_of_the_operation_come_before_values(self) -> None:
        assert shapes("time = in 10x6\nx = time\nout y = concat x x time") == {"y": "(20, 6)"}


class TestHabits:
    @pytest.mark.parametrize(
        ("habit", "plain"),
        [
            ('dense 10 activation="relu"', "dense 10 relu"),
            ("dense 10 activation=relu", "dense 10 relu"),
            ("dense units=10 bias=yes", "dense 10"),
            ("relu dense", ""),
            ("dense 10.0", "dense 10"),
        ],
    )
    def test_more_ways_to_write_it(self, habit: str, plain: str) -> None:
        if not plain:
            assert not check(f"in 6 -> {habit}").ok
        else:
            same(f"in 6 -> {habit}", f"in 6 -> {plain}")


class TestLifting:
    def test_an_input_is_lifted_once_and_said_once(self) -> None:
        text = "x = in 6\na = x -> lstm 8\nb = x -> gru 8\nout y = concat a b"
        assert codes(text) == ["N101"]
        assert [n.op.op for n in parse(text).nodes].count("lift") == 1
        same("in 6 -> lstm 8", "in 6 -> lift -> lstm 8")

    def test_a_computed_vector_is_not(self) -> None:
        assert codes("in 6 -> relu -> lstm 8") == ["E301"]


class TestEchoes:
    """A fault is said once: what only follows from it is not said."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("x = in 6 -> nothing -> lstm 3 -> take last\ny = x -> add _ x", ["E101"]),
            ("x = in 6 ->\ny = x -> dense 3\nout z = add x y", ["E003"]),
            ("let n = {1 / 0}\nx = in 6 -> dense {n}\ny = in {n}x3", ["E208"]),
            ("let n\nx = in 6 -> (dense 3) * {n} -> dense {n + 1}", ["E106"]),
            ("block b(n = dense {n}\nx = in 6 -> b 3", ["E004"]),
            ("block b(n) = dense {n\nx = in 6 -> b 3 -> b 4", ["E004"]),
            ("shared s = = dense 3\nx = in 6 -> s", ["E003"]),
            ("out x = in 6 -> denes 3\ntrain x loss=mse", ["E101"]),
            ("out x = in 6 ->\nout y = in 6\ntrain x loss=mse\ntrain y loss=mae", ["E003"]),
            ("in 6 -> dense 3\ntrain loss=msee", ["E201"]),
            ("x = in 10x6 -> add nothing\ny = x -> lstm 3", ["E102"]),
            ("x = in 6 -> (nothing) * 5", ["E101"]),
            ("block b(n) = nothing {n}\nx = in 6 -> b 1 -> b 2", ["E101"]),
            ("x = in 6 -> as h -> nothing\ny = h -> lstm 3 -> take lsat", ["E101", "N101", "E201"]),
            ("h = in 6 -> (nothing -> as s) * 3\nout y = s.2 -> relu", ["E101"]),
        ],
    )
    def test_one_fault(self, text: str, expected: list[str]) -> None:
        assert codes(text) == expected

    def test_all_faults_are_in_the_exception(self) -> None:
        with pytest.raises(SpecError) as caught:
            parse("a = in 6 -> denes 3\nb = in 6 -> dense 0\nc = = d")
        assert [d.code.id for d in caught.value.diagnostics] == ["E101", "E206", "E003"]
        assert str(caught.value).count("error[") == 3


def test_errors_are_bounded() -> None:
    found = check("x = in 6 -> nothing\n" * 30, limits=Limits(errors=5)).diagnostics
    assert found[-1].code.id == "E701"
    assert len(found) < 15


def test_sizes_that_are_multiples() -> None:
    """What is halved and doubled again is the same size, as a U-Net's ways down and up."""
    net = "a = in {0}x3 -> conv 4 3 same -> as s -> pool max 2 -> conv 4 3 same -> pool max 2\n"
    net += "out y = concat s (a -> upsample 4)"
    assert shapes(net.format("4*T")) == {"y": "(4 * T, 8)"}
    assert shapes(net.format("4*T"), T=3) == {"y": "(12, 8)"}
    assert shapes("in 2*T tokens -> embed 9 3") == {"output": "(2 * T, 3)"}
    (diagnostic,) = check(net.format("T")).diagnostics
    assert diagnostic.help == "where `T` is a multiple of 4, write the input's shape so: `4*T`"


def test_a_name_stands_for_so_many_values_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqspec.graph.operands.MANY", 3)
    text = "x = in 6 -> (relu -> as a) * {}\nout y = add a"
    assert check(text.format(3), {}).ok
    assert codes(text.format(4)) == ["E204"]


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("in 4xF -> mask 0 -> reshape 4xF", True),
        ("in 4x6 -> mask 0 -> reshape 8x3", True),
        ("in 8x3 -> mask 0 -> reshape 4x6", True),
        ("in 4x6 -> mask 0 -> reshape 6x4", False),
        ("in 4x6 -> mask 0 -> reshape 24", False),
    ],
)
def test_a_mask_is_kept_where_steps_are_split_or_joined(text: str, mask: bool) -> None:
    graph = parse(text)
    assert graph.by_name[graph.outputs[0].node].value.mask is mask


def test_a_parameter_may_be_a_string() -> None:
    assert parse('let of = "Ann"\nin 6 -> dense 3').parameters == {"of": "Ann"}
    assert codes('let act = "relu"\nin 6 -> dense 3 {act}') == ["E205"]


def test_after_so_many_errors_the_rest_of_a_chain_is_not_looked_at() -> None:
    found = check(f"in 6{' -> nothing' * 30}", limits=Limits(errors=5)).diagnostics
    assert [d.code.id for d in found] == ["E101"] * 5 + ["E701"]


def test_a_name_inside_feedback_gets_numbers() -> None:
    graph = parse("in 4 -> feedback 3 (dense 4 name=h)")
    assert [n.name for n in graph.nodes if n.op.op == "dense"] == ["h", "h_1", "h_2"]


def test_a_named_layer_in_turns_of_feedback_is_one_layer() -> None:
    graph = parse('in 6 -> feedback 3 ( dense 6 name="cell" )')
    assert [n.name for n in graph.nodes if n.op.op == "dense"] == ["cell", "cell_1", "cell_2"]
    assert graph.parameter_count == 42


@each("graph", "emit", "show")
def test_every_node_of_a_text_has_its_place(case: Case) -> None:
    graph = seqspec.load(case.path, case.settings)
    assert all(node.span or node.op.op == "lift" for node in graph.nodes)  # which nobody writes


@pytest.mark.parametrize("word", ["identity", "input", "it", "previous", "self", "this", "x"])
def test_other_words_for_the_value_flowing_in(word: str) -> None:
    (found,) = check(f"in 6 -> add {word} (dense 6)").diagnostics
    assert (found.code.id, found.help) == ("E102", "`_` is the value flowing in")


def test_stages_beyond_the_limit_are_told_once() -> None:
    found = check("in 6 -> (dense 6) * 90 -> relu -> dense 3", limits=Limits(nodes=50))
    assert [d.code.id for d in found.diagnostics] == ["E701"]


def test_the_largest_number_is_that_of_single_precision() -> None:
    assert check("in 6 -> multiply _ 3.4028234663852886e38").ok
    assert check("in 6 -> multiply _ -3.4028234663852886e38").ok
