//! Every rule names the compile-fail cases that show it, and the cases are there.

use std::path::Path;

use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, ReturnType, Visibility};

#[test]
fn every_rule_names_its_cases() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui/fail");
    let mut rules = 0;
    for file in ["children.rs", "columns.rs", "keys.rs", "names.rs", "roles.rs"] {
        let text = std::fs::read_to_string(source.join(file)).expect("the file of rules");
        for item in syn::parse_file(&text).expect("it compiles").items {
            let Item::Fn(rule) = item else { continue };
            // Rules return nothing and are called from `check`; what else is there serves them.
            let is_rule = matches!(rule.vis, Visibility::Restricted(_))
                && matches!(rule.sig.output, ReturnType::Default);
            if !is_rule {
                continue;
            }
            rules += 1;
            let named = cases_in(&rule.attrs);
            assert!(!named.is_empty(), "rule `{}` names no case", rule.sig.ident);
            for case in named {
                assert!(cases.join(&case).is_file(), "`{case}` of rule `{}` is not there", rule.sig.ident);
            }
        }
    }
    assert!(rules > 20, "only {rules} rules were found");
}

/// The words in backticks that name a file, after `Case:` or `Cases:`.
fn cases_in(attrs: &[Attribute]) -> Vec<String> {
    let docs: String = attrs.iter().filter_map(doc).collect();
    let Some((_, cases)) = docs.split_once("Case: ").or_else(|| docs.split_once("Cases: ")) else {
        return Vec::new();
    };
    cases.split('`').filter(|word| word.contains('/')).map(str::to_owned).collect()
}

fn doc(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
