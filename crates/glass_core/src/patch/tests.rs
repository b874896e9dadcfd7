//! Patches taken apart: numbers, pairs, words that differ, and what is no patch.

use super::*;

const PATCH: &str = "\
diff --git a/app/pool.yaml b/app/pool.yaml
index 1234..5678 100644
--- a/app/pool.yaml
+++ b/app/pool.yaml
@@ -12,5 +12,5 @@ spec:
 - name: POOL
-  value: 64
-  unit: none
+  value: 8
 # end
--- a comment
+++ another
@@ -40 +40,2 @@
 last
+one more
\\ No newline at end of file
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x\u{1b}[2J
";

/// A block in a line: its kind's letter, then numbers, sign and text, with what is emphasised in braces.
fn shown(block: &DocBlock) -> String {
    let line = |line: &DiffLine| {
        let mut text = line.text.clone();
        for range in line.emphasis.iter().rev() {
            text.insert(range.end, '}');
            text.insert(range.start, '{');
        }
        let number = |n: Option<u32>| n.map_or("·".to_owned(), |n| n.to_string());
        format!(
            "{} {} {}{text}",
            number(line.old),
            number(line.new),
            line.change.sign()
        )
    };
    let plain: String = block.text.iter().map(|span| span.text.as_str()).collect();
    match block.row.as_deref() {
        None if block.kind == DocBlockKind::DiffHunk => format!("H {plain}"),
        None => format!("N {plain}"),
        Some(DiffRow { file, lines }) => match lines {
            DiffLines::None => format!("F {file}: {plain}"),
            DiffLines::One(one) => line(one),
            DiffLines::Two(old, new) => {
                let side = |side: &Option<DiffLine>| side.as_ref().map_or(String::new(), line);
                format!("{} | {}", side(old), side(new))
            }
        },
    }
}

fn check(layout: Layout, expected: &[&str]) {
    let patch = Patch::new(PATCH, layout);
    let all: Vec<String> = patch.blocks(0..100).iter().map(shown).collect();
    assert_eq!(all, expected);
    assert_eq!(patch.n_rows(), all.len());
    let some: Vec<String> = patch.blocks(3..5).iter().map(shown).collect();
    assert_eq!(some, expected[3..5]);
}

#[test]
fn a_patch_one_line_below_the_other() {
    check(
        Layout::Unified,
        &[
            "F app/pool.yaml: diff --git a/app/pool.yaml b/app/pool.yaml",
            "N index 1234..5678 100644",
            "N --- a/app/pool.yaml",
            "N +++ b/app/pool.yaml",
            "H @@ -12,5 +12,5 @@ spec:",
            "12 12  - name: POOL",
            "13 · -  value: {64}",
            "14 · -  unit: none",
            "· 13 +  value: {8}",
            "15 14  # end",
            "16 · --- a comment",
            "· 15 +++ another",
            "H @@ -40 +40,2 @@",
            "40 40  last",
            "· 41 +one more",
            "N \\ No newline at end of file",
            "F gone: diff --git a/gone b/gone",
            "N deleted file mode 100644",
            "N --- a/gone",
            "N +++ /dev/null",
            "H @@ -1 +0,0 @@",
            "1 · -x␛[2J",
        ],
    );
}

#[test]
fn a_patch_side_by_side() {
    check(
        Layout::SideBySide,
        &[
            "F app/pool.yaml: app/pool.yaml",
            "H @@ -12,5 +12,5 @@ spec:",
            "12 ·  - name: POOL | · 12  - name: POOL",
            "13 · -  value: {64} | · 13 +  value: {8}",
            "14 · -  unit: none | ",
            "15 ·  # end | · 14  # end",
            "16 · --- a comment | · 15 +++ another",
            "H @@ -40 +40,2 @@",
            "40 ·  last | · 40  last",
            " | · 41 +one more",
            "N \\ No newline at end of file",
            "F gone: gone",
            "N deleted file mode 100644",
            "H @@ -1 +0,0 @@",
            "1 · -x␛[2J | ",
        ],
    );
}

#[test]
fn a_row_is_found_again_in_the_other_layout() {
    let unified = Patch::new(PATCH, Layout::Unified);
    let beside = Patch::new(PATCH, Layout::SideBySide);
    for (in_unified, in_beside) in [(0, 0), (3, 0), (6, 3), (8, 3), (14, 9), (21, 14)] {
        assert_eq!(beside.row_like(&unified, in_unified), in_beside);
    }
    assert_eq!(unified.row_like(&beside, 3), 6);
    assert_eq!(unified.row_like(&beside, 1000), 0);
}

#[test]
fn what_is_no_patch_is_shown_as_it_is() {
    let patch = Patch::new("hello\n+x\n@@ what @@\n-1\n", Layout::SideBySide);
    let all: Vec<String> = patch.blocks(0..9).iter().map(shown).collect();
    assert_eq!(all, ["N hello", "N +x", "H @@ what @@", "N -1"]);
    let patch = Patch::new(
        "--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n--- a/z\n+++ b/z\n",
        Layout::SideBySide,
    );
    let all: Vec<String> = patch.blocks(0..9).iter().map(shown).collect();
    assert_eq!(all[0], "F y: y");
    assert_eq!(all[3], "F z: z");
}
