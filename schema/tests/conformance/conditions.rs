//! `conditions.jsonl.gz`: `{cond, data, expect: {parse | error, result, accept}}`.
//!
//! `expect.parse` is the tree as nested arrays, `result` the answer, `error` where parsing or
//! evaluation fails; `accept` is the answer with a failure counted as false.

use crate::harness::{Disagreement, Row, Suite, Verdict, run, run_fixture};
use schema::condition::{
    Attribute, Data, Expr, ExprKind, Matcher, MatcherKind, Operand, OperandKind, Value, parse,
};
use schema::regex::Patterns;
use serde_json::{Value as Json, json};

#[test]
fn conditions_agree_with_the_reference() {
    let suite = Suite {
        file: "conditions.jsonl.gz",
        floor: 99.9,
        skip: |_| false,
    };
    run(&suite, judge);
}

#[test]
fn our_own_small_conditions_agree() {
    run_fixture("conditions/small.jsonl", judge);
}

fn judge(row: &Row) -> Verdict {
    let condition = row.text("cond");
    let expect = row.field("expect");
    let mut ours = outcome(condition, row.field("data"));
    let mut expected = json!({
        "parse": expect["parse"],
        "result": expect["result"],
        "error": expect["error"]["phase"],
        "accept": expect["accept"] == json!(true),
    });
    if expect["error"]["type"] == "TypeError" {
        // A crash, which nobody copies (language reference §7): what counts is what comes of it.
        for outcome in [&mut expected, &mut ours] {
            outcome["result"].take();
            outcome["error"].take();
        }
    }
    Disagreement::between(&expected, &ours).map_err(|mut found| {
        found.expected = format!("{} for {condition:?}", found.expected);
        found
    })
}

/// What we say, in the shape of `expect`.
fn outcome(condition: &str, data: &Json) -> Json {
    let Ok(expr) = parse(condition) else {
        return json!({"parse": null, "result": null, "error": "parse", "accept": false});
    };
    match expr.eval(&data_of(data), &Patterns::default()) {
        Ok(holds) => {
            json!({"parse": tree(&expr), "result": holds, "error": null, "accept": holds})
        }
        Err(_) => {
            json!({"parse": tree(&expr), "result": null, "error": "eval", "accept": false})
        }
    }
}

fn data_of(json: &Json) -> Data {
    let mut data = Data::default();
    for (key, value) in json.as_object().into_iter().flatten() {
        if let Some(attribute) = Attribute::from_name(key) {
            data.set(attribute, value_of(value));
        }
    }
    add_env(&mut data, &json["env"]);
    data
}

/// `env` is a map, a text, or a list of those.
fn add_env(data: &mut Data, env: &Json) {
    match env {
        Json::Array(items) => items.iter().for_each(|item| add_env(data, item)),
        Json::String(text) => data.push_env_text(text),
        Json::Object(map) => {
            for (name, value) in map {
                match value {
                    Json::Object(_) => data.push_sealed_env(name),
                    Json::String(text) => data.push_env(name, text),
                    other => data.push_env(name, &other.to_string()),
                }
            }
        }
        _ => {}
    }
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::String(text) => Value::from_text(text.as_str()),
        other => Value::from_text(other.to_string()),
    }
}

/// The tree as the reference writes it: `AND` and `OR` take two, from the left.
fn tree(expr: &Expr) -> Json {
    match &expr.kind {
        ExprKind::Or(parts) => pairs("or", parts),
        ExprKind::And(parts) => pairs("and", parts),
        ExprKind::Not(inner) => json!(["not", tree(inner)]),
        ExprKind::Value(value) => operand(value),
        ExprKind::Equal {
            left,
            negated,
            right,
        } => json!([named("eq", *negated), operand(left), operand(right)]),
        ExprKind::Match {
            left,
            negated,
            matcher,
        } => json!([named("match", *negated), operand(left), pattern(matcher)]),
        ExprKind::In {
            left,
            negated,
            list,
        } => json!([named("in", *negated), operand(left), operands(list)]),
        ExprKind::Is {
            left,
            negated: true,
            predicate,
        } => json!(["is_not", operand(left), predicate.as_str()]),
        ExprKind::Is {
            left, predicate, ..
        } => json!(["is", operand(left), predicate.as_str()]),
    }
}

fn pairs(name: &str, parts: &[Expr]) -> Json {
    let trees = parts.iter().map(tree);
    trees
        .reduce(|left, right| json!([name, left, right]))
        .unwrap_or_default()
}

fn named(name: &str, negated: bool) -> String {
    format!("{}{name}", if negated { "not_" } else { "" })
}

fn operand(operand: &Operand) -> Json {
    match &operand.kind {
        OperandKind::Attribute(attribute) => json!(["var", attribute.as_str()]),
        OperandKind::Literal(text) => json!(["val", text]),
        OperandKind::Call {
            function,
            arguments,
        } => json!(["call", function.as_str(), operands(arguments)]),
    }
}

fn operands(list: &[Operand]) -> Json {
    list.iter().map(operand).collect()
}

fn pattern(matcher: &Matcher) -> Json {
    match &matcher.kind {
        MatcherKind::Pattern(text) => json!(["reg", text]),
        MatcherKind::Call(call) => json!(["reg", operand(call)]),
    }
}
