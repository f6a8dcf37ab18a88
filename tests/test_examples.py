"""The examples run, on data that they make up, and find what is in these."""

import gzip
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "docs/examples"


def run(name, monkeypatch, tmp_path, capsys, *arguments):
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib.figure import Figure

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [name, *arguments])
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda *args, dpi, **kwargs: save(*args, dpi=dpi / 4, **kwargs))  # faster
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    monkeypatch.setattr(Figure, "savefig", save)
    sys.modules["matplotlib.pyplot"].close("all")
    assert (tmp_path / name).with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    return capsys.readouterr().out


def test_all_examples_are_tested():
    tests = Path(__file__).read_text(encoding="utf-8")
    for program in EXAMPLES.glob("*.py"):
        assert f'run("{program.name}", ' in tests
        page = program.with_suffix(".md").read_text(encoding="utf-8")
        assert f"literalinclude}} {program.name}" in page and "What could mislead" in page
    index = (EXAMPLES / "index.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^(\w+)$", index, re.MULTILINE)) == sorted(path.stem for path in EXAMPLES.glob("*.py"))


# ------------------------------------------------------------------------------------------- customers


def test_customers_of_four_kinds_come_out_and_are_described_in_words(monkeypatch, tmp_path, capsys):
    out = run("customers.py", monkeypatch, tmp_path, capsys)
    assert "k = 4, clearly" in out and "\n4 clusters:\n" in out  # as many as were made up
    sentences = out.replace("\n    ", " ")
    frequent, rare, returning, bulk = re.findall(r"^cluster \d, .*$", sentences, re.MULTILINE)
    assert "40% of customers" in frequent and "visits 2.9 times (20 against 7)" in frequent
    assert "spend_per_visit 0.16 times the median" in frequent
    assert "30% of customers" in rare and "visits 0.29 times the median (2 against 7)" in rare
    assert "spend_per_visit 2.7 times" in rare
    assert "18% of customers" in returning and "return_rate 14 times the median" in returning
    assert "12% of customers" in bulk and "spend_per_category 29 times (876 against 30)" in bulk


@pytest.mark.parametrize("name", ["shop.csv", "shop.csv.gz"])
def test_customers_reads_either_kind_of_columns_and_leaves_out_who_bought_nothing(name, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    read = runpy.run_path(str(EXAMPLES / "customers.py"))["read"]
    table = b"spend,visits,products,returns\n100,3,7,1\n0,0,0,2\n50,1,2,0\n"
    (tmp_path / name).write_bytes(gzip.compress(table) if name.endswith(".gz") else table)
    assert read(str(tmp_path / name)).tolist() == [[100, 3, 7, 0.25], [50, 1, 2, 0]]
    assert "3 customers, 1 of whom never bought anything" in capsys.readouterr().out
    (tmp_path / "ready.csv").write_text("spend,visits,categories,return_rate\n100,3,7,0\n")
    assert read(str(tmp_path / "ready.csv")).tolist() == [[100, 3, 7, 0]]


def test_demographics_finds_the_kinds_by_numbers_and_categories(monkeypatch, tmp_path, capsys):
    out = run("demographics.py", monkeypatch, tmp_path, capsys)
    assert re.search(r"^income +long_tail ", out, re.MULTILINE) and re.search(r"^customer_id +identifier ", out, re.M)
    assert float(re.search(r"made up: ([\d.]+)", out)[1]) > 0.9 and "\n4 groups of age, income, " in out
    assert out.count("\ncluster ") == 4 and "pays_by mostly bill" in out


def test_demographics_reads_a_file_and_takes_codes_for_what_they_are_said_to_be(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    kind = rng.integers(2, size=80)
    spend = np.round(rng.lognormal(3 + 3 * kind, 0.4), 2)
    cells = np.where(np.arange(80) % 9 == 3, "", spend.astype(str))
    rows = [f"{10 + i * i % 3},{cells[i]},{'ab'[kind[i]]}" for i in range(80)]
    (tmp_path / "shop.csv").write_text("\n".join(["code,spend,plan", *rows, ""]))
    out = run("demographics.py", monkeypatch, tmp_path, capsys, "shop.csv", "--category", "code", "-k", "2")
    assert re.search(r"^code +category +given by you$", out, re.MULTILINE) and "2 groups of code, spend, plan" in out
    assert re.search(r"plan always [ab] ", out)


# ------------------------------------------------------------------------------------------- categories only


def test_mushrooms_that_are_alike_are_mostly_of_one_kind(monkeypatch, tmp_path, capsys):
    out = run("mushrooms.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("1,200 mushrooms, 28% poisonous; 10 columns, ")
    modes, medoids, odor = (float(part) for part in re.findall(r"^(?:k-|odor).*? ([\d.]+)%", out, re.MULTILINE))
    assert modes > 85 and medoids > 90 and odor > 90
    assert len(re.findall(r"^cluster \d, .*; \d+% poisonous$", out, re.MULTILINE)) == 6
    assert len(re.findall(r"^row +[\d,]+, for +\d+: (?:poisonous|edible) ", out, re.MULTILINE)) == 6


def test_mushrooms_reads_a_file_with_unknown_values(monkeypatch, tmp_path, capsys):
    rows = [f"{'ep'[i % 2]},{'xy'[i % 2]},{'?' if i % 5 == 0 else 'ab'[i % 2]},{'rst'[i % 3]}" for i in range(60)]
    (tmp_path / "m.csv.gz").write_bytes(gzip.compress("\n".join(["type,cap,root,ring", *rows]).encode()))
    out = run("mushrooms.py", monkeypatch, tmp_path, capsys, "m.csv.gz", "-k", "2")
    assert "60 mushrooms, 50% poisonous; 3 columns, 12 values missing" in out
    assert re.search(r"^cap alone +100\.0% +1\.00$", out, re.MULTILINE)


def test_survey_has_the_kinds_that_were_made_up_and_noise_is_who_ticked_at_random(monkeypatch, tmp_path, capsys):
    out = run("survey.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("600 people, 11 questions, 8% of them not answered")
    agreement = [float(value) for value in re.findall(r"agreement with the kinds ([\d.]+)", out)]
    assert "k-modes, k = 4:" in out and agreement[0] > 0.95 and agreement[1] > 0.9
    at_random, others = (int(re.search(pattern, out)[1]) for pattern in (r"(3\d) of 40 at random", r"in none (\d\d+)"))
    assert at_random > 30 and others < 100


def test_survey_reads_a_file(monkeypatch, tmp_path, capsys):
    why = [f"{a},{b}" for a, b in np.random.default_rng(0).choice(list("abcdefgh"), (60, 2))]
    rows = [f"{'yes,daily' if i % 2 else 'no,never'},{'a,' if i % 7 == 0 else why[i]}" for i in range(60)]
    (tmp_path / "answers.csv").write_text("\n".join(["pass,rides,by,why", *rows, ""]))
    out = run("survey.py", monkeypatch, tmp_path, capsys, "answers.csv")
    assert (
        out.startswith("60 people, 4 questions, 4% of them not answered") and "k-modes, k = 2: groups of 30, 30" in out
    )


# ------------------------------------------------------------------------------------------- flowers


def test_flowers_are_irises_and_the_steps_of_kmeans_are_written(monkeypatch, tmp_path, capsys):
    image = pytest.importorskip("PIL.Image")
    out = run("flowers.py", monkeypatch, tmp_path, capsys)
    assert "150 rows, 0 with missing values" in out and "warned" not in out
    assert re.findall(r"agreement with the species ([0-9.]+)", out) == ["0.73", "0.62"]
    assert "1 is 1: all 50 rows" in out  # setosa, whatever the scale
    assert image.open(tmp_path / "flowers.gif").n_frames > 5


def test_flowers_leaves_out_rows_with_missing_values_and_is_warned_of_units(monkeypatch, tmp_path, capsys):
    pytest.importorskip("PIL")
    rng = np.random.default_rng(0)
    rows = [
        f"{'ab'[kind]},{rng.normal(5 * kind, 1):.3f},{rng.normal(4000, 500):.1f},{kind},2007"
        for kind in (0, 1)
        for _ in range(20)
    ]
    table = ["species,bill_mm,mass_g,island,year", *rows, "a,NA,3000,NA,2007", "b,,,,2008"]
    (tmp_path / "birds.csv").write_text("\n".join(table).replace(",0,2007", ",north,2007"))
    out = run("flowers.py", monkeypatch, tmp_path, capsys, "birds.csv", "-k", "2", "--animation", "birds.html")
    assert out.startswith("42 rows, 2 with missing values are left out. Columns: bill_mm, mass_g.")
    unscaled, scaled = out.split("\nscaled")
    assert "warned: Feature 1 holds" in unscaled and "warned" not in scaled
    assert float(re.search(r"species ([-0-9.]+)", unscaled)[1]) < 0.3
    assert float(re.search(r"species ([-0-9.]+)", scaled)[1]) > 0.3
    assert "<html" in (tmp_path / "birds.html").read_text().lower()


# ------------------------------------------------------------------------------------------- baskets


def test_baskets_groups_the_products_of_a_bundle(monkeypatch, tmp_path, capsys):
    out = run("baskets.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("5,000 baskets, the 15 commonest products: 3 groups, 6 products by themselves.")
    groups = {frozenset(line.split(", ")) for line in out.splitlines()[2:11:3]}
    assert groups == {
        frozenset({"pasta", "tomatoes", "parmesan"}),
        frozenset({"flour", "yeast"}),
        frozenset({"charcoal", "sausages", "mustard", "beer"}),
    }


def test_baskets_reads_a_sparse_table_and_counts_baskets_with_both_among_those_with_either(
    monkeypatch, tmp_path, capsys
):
    # 4 baskets with a and b, 2 with a, 4 with c: the distance of a and b is 2/6, and chance would be 6 * 4 / 10 = 2.4
    baskets = [[0, 1]] * 4 + [[0]] * 2 + [[2]] * 4
    np.savez(
        tmp_path / "shop.npz",
        shape=(10, 3),
        indices=np.concatenate(baskets),
        items=np.array(["a", "b", "c"]),
        indptr=np.cumsum([0, *map(len, baskets)]),
    )
    for height, expected in (("0.32", "0 groups"), ("0.34", "1 groups")):
        assert expected in (out := run("baskets.py", monkeypatch, tmp_path, capsys, "shop.npz", "--height", height))
    assert "a, b\n    60% of baskets have one of them, and of these 67% have more." in out
    assert "a and b are bought together 1.7 times" in out and "By themselves: c\n" in out


# ------------------------------------------------------------------------------------------- articles


def test_articles_of_a_topic_come_together_with_its_words(monkeypatch, tmp_path, capsys):
    out = run("articles.py", monkeypatch, tmp_path, capsys)
    agreement = [float(value) for value in re.findall(r"(?:words|directions|cosine) +([0-9.]+) ", out)]
    assert agreement[:2] == [1.0, 1.0] and agreement[2] > 0.95
    clusters = re.findall(r"texts: (.*)  \((\d+)% are of topic (\w+)\)$", out, re.MULTILINE)
    assert {name for _, _, name in clusters} == {"cooking", "football", "space", "money", "music", "health"}
    assert all(share == "100" for _, share, _ in clusters)
    assert any("telescope" in words and name == "space" for words, _, name in clusters)


def test_articles_weighs_words_as_tf_idf():
    pytest.importorskip("matplotlib")
    module = runpy.run_path(str(EXAMPLES / "articles.py"))
    X, words = module["tf_idf"](["Sun sun moon!", "moon, star of", "the sun the", "the the", "..."], 2, 0.5)
    assert words.tolist() == ["moon", "sun", "the"]  # of is short, star in one text only
    raw = np.log(5 / 2) * np.log1p([[1, 2, 0], [1, 0, 0], [0, 1, 2], [0, 0, 2], [0, 0, 0]])
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    assert X == pytest.approx(raw / np.where(lengths, lengths, 1))


# ------------------------------------------------------------------------------------------- bills


def test_bills_of_a_topic_come_together_with_its_words_and_new_ones_join_them(monkeypatch, tmp_path, capsys):
    out = run("bills.py", monkeypatch, tmp_path, capsys)
    assert re.search(r"^by direction +1\.00 +1\.00 +100% ", out, re.MULTILINE)
    groups = re.findall(r"titles, (\d+)% ([\w ]+): (.*)$", out, re.MULTILINE)
    assert len({name for _, name, _ in groups}) == 6 and all(share == "100" for share, _, _ in groups)
    assert any("cattle" in words and name == "agriculture" for _, name, words in groups)
    assert "is that of 100% of them" in out


def test_bills_reads_a_file_and_leaves_out_titles_without_words(monkeypatch, tmp_path, capsys):
    titles = [f"To {'suspend the duty on' if i % 2 else 'designate the post office in'} x{i}" for i in range(60)]
    rows = [f"{18 if i % 2 else 20},{title}" for i, title in enumerate(titles)]
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress("\n".join(["code,text", *rows, "3,Of it"]).encode()))
    out = run("bills.py", monkeypatch, tmp_path, capsys, "b.csv.gz", "--topic", "code", "-k", "2", "--at-most", "0.7")
    assert out.startswith("61 titles") and "1 titles have none of them" in out
    assert re.search(r"100% trade: .*duty", out) and re.search(r"100% government: .*office", out)


# ------------------------------------------------------------------------------------------- sentences


def test_sentences_of_an_intent_are_a_group_and_those_of_none_are_not(monkeypatch, tmp_path, capsys):
    out = run("sentences.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("1,491 sentences, 64 numbers each, 21 intents")
    agreement = re.findall(r"^(k-means|Ward's tree|HDBSCAN) +([0-9.]+) +([0-9.]+) +(\d+) ", out, re.MULTILINE)
    assert [(name, groups) for name, _, _, groups in agreement] == [
        ("k-means", "21"),
        ("Ward's tree", "21"),
        ("HDBSCAN", "20"),
    ]
    assert float(agreement[2][1]) > 0.98 > float(agreement[0][1])
    purest = re.findall(r"sentences, +(\d+)% intent \d+$", out, re.MULTILINE)
    assert len(purest) == 12 and min(map(int, purest)) > 95
    left_out = re.findall(r"^ +(\d+)% (.*)$", out.split("no group:")[1], re.MULTILINE)
    assert left_out[0][1] == "none" and int(left_out[0][0]) > 95 and int(left_out[1][0]) < 20


def test_sentences_are_shown_where_they_are_known(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 30)
    X = np.eye(2, 8)[y] + rng.normal(0, 0.1, (60, 8))
    np.savez(tmp_path / "vectors.npz", X=X.astype(np.float16), y=y.astype(np.int16), names=np.array(["bye", "hello"]))
    rows = ["text,intent", *(f'"{name}, {i}",{name}' for i, name in enumerate(np.array(["bye", "hello"])[y]))]
    (tmp_path / "texts.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    arguments = ("vectors.npz", "--texts", "texts.csv.gz", "--rows", "50", "--min-cluster-size", "15")
    out = run("sentences.py", monkeypatch, tmp_path, capsys, *arguments)
    assert out.startswith("50 sentences, 8 numbers each, 2 intents")
    for name in ("bye", "hello"):
        assert re.search(rf'100% {name}: "{name}, \d+"$', out, re.MULTILINE)


# ------------------------------------------------------------------------------------------- intents


def test_intents_are_grouped_and_new_sentences_find_their_group(monkeypatch, tmp_path, capsys):
    out = run("intents.py", monkeypatch, tmp_path, capsys, "-k", "16")
    assert out.startswith("1,900 sentences, 64 numbers each, 12 intents; 500 held back\n\n16 groups of ")
    assert float(re.search(r"Rand index\): ([\d.]+)", out)[1]) > 0.8
    purity, of_new = (int(re.search(pattern, out)[1]) for pattern in (r"purity: (\d+)%", r"sentences, (\d+)% are put"))
    assert purity > 95 and of_new > 95
    table = re.findall(r"^(?:less|\d+).*  (\d+) +([\d,]+)$", out, re.MULTILINE)
    assert [sum(int(each.replace(",", "")) for each in column) for column in zip(*table, strict=True)] == [16, 1900]
    assert "commonest of no group: 0\n" in out
    middle = re.findall(r"^ +\d+ sentences, +\d+% joke\n((?: +\".*\"\n){3})", out, re.MULTILINE)
    assert all("funny" in text or "cats" in text for text in middle)


def test_intents_with_fewer_groups_are_told_to_be_mixed(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 30)
    X = np.eye(4, 8)[y] + 2 * (y == 1)[:, np.newaxis] * np.eye(4, 8)[2] + rng.normal(0, 0.05, (90, 8))
    names = np.array(["hello", "stop", "end"])
    np.savez(tmp_path / "vectors.npz", X=(3 * X).astype(np.float16), y=y.astype(np.int16), names=names)
    rows = ["text,intent", *(f'"{name}, {i}",{name}' for i, name in enumerate(names[y]))]
    (tmp_path / "texts.csv.gz").write_bytes(gzip.compress("\n".join(rows).encode()))
    arguments = ("vectors.npz", "--texts", "texts.csv.gz", "-k", "2", "--new", "9")
    out = run("intents.py", monkeypatch, tmp_path, capsys, *arguments)
    assert out.startswith("81 sentences, 8 numbers each, 3 intents; 9 held back\n\n2 groups of ")
    assert len(re.findall(r'^ {7}"hello, \d+"$', out, re.MULTILINE)) == 3
    assert re.search(r"several intents:\n +\d+ sentences: 5\d% (stop|end), 4\d% (stop|end)\n", out)
    assert "commonest of no group: 1\n" in out and re.search(r"Of 9 new sentences, \d+% are put", out)


# ------------------------------------------------------------------------------------------- images


def test_images_finds_what_is_in_the_picture_and_keeps_closer_to_it_with_more_colors(monkeypatch, tmp_path, capsys):
    out = run("images.py", monkeypatch, tmp_path, capsys)
    errors = [float(error) for error in re.findall(r"% +([0-9.]+) +\d+$", out, re.MULTILINE)]
    assert len(errors) == 3 and errors[0] > errors[1] > errors[2]
    areas = re.findall(r"^ +\d +([0-9.]+)% +(\d+), +(\d+) +(.*)$", out, re.MULTILINE)
    assert [(share, color) for share, _, _, color in areas][:3] == [
        ("47.4", "120, 180, 235"),
        ("25.0", "20, 80, 150"),
        ("23.0", "225, 200, 150"),
    ]  # sky, sea, beach
    assert [(x, y) for _, x, y, _ in areas][3:] == [("90", "16"), ("30", "70")]  # sun and umbrella


def test_images_with_as_many_colors_as_there_are_changes_nothing(monkeypatch, tmp_path, capsys):
    image = pytest.importorskip("PIL.Image")
    pixels = np.random.default_rng(0).choice(np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], np.uint8), (12, 17))
    image.fromarray(pixels).save(tmp_path / "flag.png")
    out = run("images.py", monkeypatch, tmp_path, capsys, "flag.png", "--colors", "1", "2", "3", "--areas", "2")
    assert "17 x 12 pixels, 3 colors" in out
    assert re.search(r"^ +3 .*% +0.0 +0$", out, re.MULTILINE)


# ------------------------------------------------------------------------------------------- palettes


def test_palettes_finds_the_colors_and_specks_move_means_more_than_medians(monkeypatch, tmp_path, capsys):
    out = run("palettes.py", monkeypatch, tmp_path, capsys)
    rows = re.findall(r"^  (#\w{6}) +([\d.]+)% +[\d,]+ +(#\w{6}) +(\d+)$", out, re.MULTILINE)
    means, medians = rows[:5], rows[5:]
    made_up = [(120, 180, 235), (20, 80, 150), (225, 200, 150), (255, 230, 60), (200, 30, 40)]
    for found in (means, medians):
        colors = [tuple(bytes.fromhex(color[1:])) for color, *_ in found]
        assert np.abs(np.subtract(colors, made_up)).max() <= 2
    assert max(int(move) for *_, move in medians) <= 4 < 20 <= max(int(move) for *_, move in means)


# ------------------------------------------------------------------------------------------- genes


def test_genes_finds_the_four_times_in_spite_of_missing_values(monkeypatch, tmp_path, capsys):
    out = run("genes.py", monkeypatch, tmp_path, capsys)
    assert "only 5 genes have them all" in out and "200 have at least 75%" in out
    assert re.findall("agreement with the known groups ([0-9.]+)", out) == ["1.00", "1.00"]
    assert "Adjusted Rand index 1.000" in out


def test_genes_compares_two_genes_over_the_columns_that_both_have():
    pytest.importorskip("matplotlib")
    pairwise = runpy.run_path(str(EXAMPLES / "genes.py"))["pairwise"]
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 30)) + rng.normal(size=(12, 1))
    X[rng.random(X.shape) < 0.2] = np.nan
    distances = pairwise(X)
    for i in range(12):
        for j in range(i):
            both = ~np.isnan(X[i] + X[j])
            assert distances[i, j] == distances[j, i]
            assert distances[i, j] == pytest.approx(1 - np.corrcoef(X[i, both], X[j, both])[0, 1], abs=1e-12)


def test_cell_lines_linkage_and_distance_decide(monkeypatch, tmp_path, capsys):
    out = run("cell_lines.py", monkeypatch, tmp_path, capsys)
    agreement = {
        (metric, linkage): float(value)
        for metric, linkage, value in re.findall(
            r"^(\w+) +(single|average|complete|ward) +(-?[0-9.]+)", out, re.MULTILINE
        )
    }
    assert len(agreement) == 7
    assert agreement["correlation", "average"] == 1.0 and agreement["euclidean", "single"] < 0.1
    assert "12 BREAST\n" in out and "6 SKIN\n" in out


# ------------------------------------------------------------------------------------------- stars


def test_stars_dbscan_keeps_the_main_sequence_whole_and_kmeans_cuts_it(monkeypatch, tmp_path, capsys):
    out = run("stars.py", monkeypatch, tmp_path, capsys)
    kmeans, dbscan = (
        [
            tuple(map(float, row))
            for row in re.findall(r"^ +\d+ +(\d+) +([-.\d]+) +([-.\d]+) ", part.replace(",", ""), re.MULTILINE)
        ]
        for part in out.split("DBSCAN")
    )
    main, giants = dbscan
    assert main[0] > 8000 and main[1:] == pytest.approx((0.4, 2.5), abs=0.1)
    assert 4000 < giants[0] < 5500 and giants[1:] == pytest.approx((1.2, 0.3), abs=0.1)
    assert sum(abs(color - 1.2) > 0.2 for _, color, _ in kmeans) == 2


@pytest.mark.filterwarnings("ignore:All 43 rows are in one cluster")
def test_stars_leaves_out_stars_of_unknown_distance_or_color(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    columns = ["x_pc", "y_pc", "z_pc", "mag", "absmag", "b_minus_v"]
    X = rng.uniform(1, 2, (50, 6))
    X[:5, 1], X[4:7, 5] = 1e5, 0.0
    np.savez(tmp_path / "hyg.npz", X=X, columns=columns)
    out = run("stars.py", monkeypatch, tmp_path, capsys, "hyg.npz", "--eps", "9", "--share", "0.2")  # all in one
    assert out.startswith("50 stars; left out are 5 of unknown distance and 2 of unknown color.")
    assert re.search(r"^ +0 +43 ", out.split("DBSCAN")[1], re.MULTILINE)


def test_star_clusters_are_found_at_the_pole_and_where_right_ascension_starts(monkeypatch, tmp_path, capsys):
    out = run("star_clusters.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("5 clusters ")
    found = [tuple(map(float, row)) for row in re.findall(r"^ +\d +\d\d +([-.\d]+) +([-.\d]+)$", out, re.MULTILINE)]
    for ra, dec in ((0, 20), (56, 24), (130, -53), (268, -35), (40, 89)):
        assert any(
            abs(y - dec) < 0.5 and abs((x - ra + 180) % 360 - 180) * np.cos(np.radians(dec)) < 0.5 for x, y in found
        )


def test_star_clusters_in_space_leave_out_placeholders(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    cluster = [20.0, 30.0, 25.0] + rng.normal(0, 0.5, (20, 3))
    field = rng.normal(size=(200, 3)) * 40
    X = np.vstack([[[0, 0, 0]], cluster, field, np.full((30, 3), 1e5 / np.sqrt(3)), [[300, 0, 0]]])
    np.savez(tmp_path / "hyg.npz", X=X, columns=["x_pc", "y_pc", "z_pc"])
    out = run("star_clusters.py", monkeypatch, tmp_path, capsys, "hyg.npz")
    assert "30 of 252 stars have no known distance and are left out, 1 that are farther" in out
    assert "1 clusters hold 20 of 220 stars" in out
    assert re.search(r"^ +1 +20 +56\.\d +3[45]\.\d +44$", out, re.MULTILINE)


def test_star_clusters_that_are_real_are_the_most_persistent_ones(monkeypatch, tmp_path, capsys):
    out = run("star_clusters.py", monkeypatch, tmp_path, capsys, "--method", "hdbscan")
    rows = re.findall(r"^ +\d+ +\d+ +([-.\d]+) +([-.\d]+) +([.\d]+)$", out, re.MULTILINE)
    ra, dec, persistence = np.array(rows, float).T
    assert len(rows) == 12 and (np.diff(persistence) <= 0).all() and persistence[4] > 4 * persistence[5]
    for right, up in ((0, 20), (56, 24), (130, -53), (268, -35), (40, 89)):
        away = np.hypot(((ra[:5] - right + 180) % 360 - 180) * np.cos(np.radians(up)), dec[:5] - up)
        assert away.min() < 6


# ------------------------------------------------------------------------------------------- places and traffic


def test_tracks_have_places_to_which_animals_come_back(monkeypatch, tmp_path, capsys):
    out = run("tracks.py", monkeypatch, tmp_path, capsys)
    assert "12 of 12 animals have enough" in out
    for species in ("hill deer", "valley deer"):
        _, places, inside, later, others = re.search(
            rf"^{species} +(\d+) +([\d.]+) +(\d+)% +(\d+)% +(\d+)%$", out, re.MULTILINE
        ).groups()
        assert 2 <= float(places) <= 4 and abs(int(inside) - int(later)) < 10 and int(others) < int(later) / 2


def test_tracks_reads_degrees_and_leaves_out_animals_that_were_seldom_seen(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    animal = np.repeat([0, 1, 2], [900, 900, 60])
    middle = np.array([[45.2, -118.5], [45.3, -118.6], [45.2, -118.6]])[animal]
    degrees = middle + rng.normal(0, 0.002, middle.shape) + 0.02 * rng.integers(2, size=(len(animal), 1))
    np.savez(
        tmp_path / "collars.npz",
        **dict(zip(("lat_microdeg", "lon_microdeg"), (1e6 * degrees).astype(np.int32).T, strict=True)),
        time_s_since_1993=rng.integers(0, 10**8, len(animal)).astype(np.int32),
        animal=animal.astype(np.int16),
        animal_names=np.array(["A", "B", "C"]),
        species=np.zeros(len(animal), np.int8),
        species_names=np.array(["elk"]),
    )
    out = run("tracks.py", monkeypatch, tmp_path, capsys, "collars.npz", "--at-least", "300")
    assert "1,860 sightings; 2 of 3 animals have enough of them." in out
    assert re.search(r"^elk +2 +2 +\d+% +\d+% +0%$", out, re.MULTILINE)


def test_earthquakes_come_in_the_swarms_that_were_made_up(monkeypatch, tmp_path, capsys):
    out = run("earthquakes.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("8 swarms ")
    shares = [int(share) for share in re.findall(r"from ....-..-..: (\d+)%$", out, re.MULTILINE)]
    assert len(shares) == 8 and min(shares) > 60  # of their earthquakes are within 30 days


def test_delivery_areas_are_within_the_bounds_and_hardly_farther(monkeypatch, tmp_path, capsys):
    out = run("delivery_areas.py", monkeypatch, tmp_path, capsys)
    assert out.startswith("900 towns, 16 areas of 50 to 62 towns.")
    numbers = re.findall(r"^(?:k-means|with bounds) +(\d+) +(\d+) +\S+ +\S+ +(\d+) .* (\d+)$", out, re.MULTILINE)
    (_, most, free, none), (least, bound, mean, elsewhere) = [tuple(map(int, each)) for each in numbers]
    assert most > 100 and none == 0 and (least, bound) == (50, 62) and mean <= 1.1 * free and 0 < elsewhere < 100


@pytest.mark.parametrize("name", ["cities.csv", "cities.csv.gz"])
def test_delivery_areas_reads_the_towns_of_one_country(name, monkeypatch, tmp_path, capsys):
    rows = [f"a{i},60,{longitude},XX,{i or ''}" for i, longitude in enumerate((179, 179.5, -179.9, 20, 21, 22, 179.8))]
    table = "\n".join(["city,lat,lon,country,population", *rows, "b,0,0,YY,5", ""]).encode()
    (tmp_path / name).write_bytes(gzip.compress(table) if name.endswith(".gz") else table)
    arguments = (name, "--country", "XX", "--areas", "2", "--least", "3", "--most", "4")
    out = run("delivery_areas.py", monkeypatch, tmp_path, capsys, *arguments)
    assert out.startswith("7 towns, 2 areas of 3 to 4 towns.") and re.search(r"^with bounds +3 +4 ", out, re.MULTILINE)
    assert int(re.search(r"^with bounds.* (\d+)  +\d+$", out, re.MULTILINE)[1]) < 100  # km, over the 180th meridian


@pytest.mark.parametrize("name", ["quakes.csv", "quakes.csv.gz"])
def test_earthquakes_reads_catalogs_with_either_kind_of_date(name, monkeypatch, tmp_path, capsys):
    rows = [f"03/{day:02}/2011,38.{day:02},{longitude},5.5" for day in range(1, 29) for longitude in (179.99, -179.99)]
    table = "\n".join(["date,latitude,longitude,magnitude", *rows, "2011-06-01T10:00:00,-10,20,6.1", ""]).encode()
    (tmp_path / name).write_bytes(gzip.compress(table) if name.endswith(".gz") else table)
    out = run("earthquakes.py", monkeypatch, tmp_path, capsys, name, "--eps", "5", "--min-samples", "3")
    assert out.startswith("1 swarms hold 56 of 57 earthquakes")  # on both sides of the 180th meridian
    assert "from 2011-03-01: 100%" in out


def test_network_noise_is_what_is_rare_and_floods_are_unlike_normal_traffic(monkeypatch, tmp_path, capsys):
    out = run("network_anomalies.py", monkeypatch, tmp_path, capsys)
    noise, unlike = out.split("Unlike normal")
    assert "Of attacks of kinds with fewer than 50 connections, 17 of 20" in noise
    assert "hold 99.6% of all attacks" in noise
    assert "4,500 of 4,500 (100.0%) are flagged" in unlike
    limits = re.findall(r"^ +([0-9.]+) +([0-9.]+)% +([0-9.]+)%$", unlike, re.MULTILINE)
    assert [limit for limit, _, _ in limits] == ["0.5", "0.75", "1", "1.5", "2", "5", "10"]
    assert limits[2] == ("1", "100.0", "0.27") and float(limits[-1][1]) < 1


def test_network_anomalies_reads_a_file(monkeypatch, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    columns = runpy.run_path(str(EXAMPLES / "network_anomalies.py"))["COLUMNS"]
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 0, 1], 50)  # the second half is the second recording
    table = {name: rng.integers(10, size=200) + 1000 * labels for name in columns}
    np.savez(tmp_path / "traffic.npz", **table, labels=labels, label_names=np.array(["normal", "flood"]), n_train=100)
    out = run("network_anomalies.py", monkeypatch, tmp_path, capsys, "traffic.npz", "--eps", "5")
    assert "100 connections, 50 of 100 (50.0%) of them attacks" in out
    assert "Of the attacks, 50 of 50 (100.0%) are flagged" in out.split("Unlike normal")[1]


# ------------------------------------------------------------------------------------------- shapes


def agreements(out):
    return {
        name.strip(): list(map(float, values.split()))
        for name, values in re.findall(r"^(\S.{23})  +[\d,]+ +\d+ +([-\d. ]+)$", out, re.MULTILINE)
    }


def test_shapes_are_found_by_those_who_see_them(monkeypatch, tmp_path, capsys):
    found = agreements(run("shapes.py", monkeypatch, tmp_path, capsys))
    kmeans, _, _, single, _, dbscan, hdbscan = np.transpose(
        [found[name] for name in ("round, and touch", "of unequal density", "bent", "bent, with noise")]
    )
    assert kmeans[0] > 0.8 and kmeans[1:].max() < 0.6
    assert single[2] == 1 and single[[0, 3]].max() < 0.1
    assert dbscan[0] < 0.1 and dbscan[2:].min() > 0.9
    assert hdbscan[0] < 0.6 and hdbscan[1:].min() > 0.95


def test_shapes_reads_files_and_leaves_out_points_in_no_group(monkeypatch, tmp_path, capsys):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [20, 50, 50])
    X = np.array([[0, 40], [0, 0], [9, 0]])[y] + rng.normal(0, [[30], [0.5], [0.5]], (3, 1))[y] * rng.normal(
        size=(120, 2)
    )
    np.savez(tmp_path / "two.npz", two__X=X, two__y=y.astype(np.int16))
    found = agreements(run("shapes.py", monkeypatch, tmp_path, capsys, "two.npz"))
    assert list(found) == ["two"] and found["two"][-1] > 0.9
