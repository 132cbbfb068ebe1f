//! What is left out of scripts and styles, and what is not.

#[path = "../build/lean.rs"]
mod lean;

fn script(source: &str) -> String {
    lean::script(source).trim_end().to_owned()
}

#[test]
fn spaces_go_and_words_stay_apart() {
    assert_eq!(script("const a = b in c ? -d : e;"), "const a=b in c?-d:e;");
    assert_eq!(script("a + +b - -c"), "a+ +b- -c");
    assert_eq!(script("if (#a in b) return;"), "if(#a in b)return;");
}

#[test]
fn what_is_quoted_stays() {
    for quoted in [
        r#""a  =  b""#,
        r#"'say  "x"'"#,
        r#""a \" = b""#,
        "`a  =  ${b}  =  ${`c  ${d}`} =  \\` = `",
    ] {
        assert_eq!(script(quoted), quoted);
    }
    assert_eq!(
        script("`a ${b + { c: 1 }.c} d` + e"),
        "`a ${b+{c:1}.c} d`+e"
    );
}

#[test]
fn from_a_regular_expression_on_a_line_stays() {
    assert_eq!(
        script("const a = /[\"  ]/.test(b) ? c : d;"),
        "const a=/[\"  ]/.test(b) ? c : d;"
    );
    assert_eq!(script("const a = 4 / 2;"), "const a=4/ 2;");
}

#[test]
fn comments_go_and_take_no_code_with_them() {
    assert_eq!(
        script("/**\n * Words.\n */\nf(); // why\n// more\n\n}"),
        "f();}"
    );
    assert_eq!(script("a = b / c // why\n}"), "a=b/ c // why\n}");
}

#[test]
fn lines_are_joined_only_where_no_statement_can_end() {
    assert_eq!(script("f({\n  a,\n  b\n})\ng()"), "f({a,b})\ng()");
}

#[test]
fn a_style_has_no_spaces_between_its_parts() {
    assert_eq!(
        lean::style(
            "/* Words. */\na, b { color: red; margin: 0 1px; }\n@media (x: 1) {\n  c:not(.d) > e { top: 0 }\n}\n"
        ),
        "a,b{color:red;margin:0 1px}@media (x:1){c:not(.d) > e{top:0}}\n"
    );
}
