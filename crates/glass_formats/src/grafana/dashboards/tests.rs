//! Dashboards of every schema and wrapping, and hostile ones.

use super::*;
use glass_model::{PanelKind, QueryLanguage, Reduce, TargetSource, Tone, VariableKind};
use proptest::prelude::*;

fn one(text: &str) -> Dashboard {
    let mut found = read_dashboards(text.as_bytes()).unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

const GRID: &str = r#"{"uid":"u","title":"T","schemaVersion":36,
  "templating":{"list":[
    {"name":"job","type":"query","multi":true,"includeAll":true,"query":{"query":"label_values(up, job)","refId":"x"},"current":{"value":["$__all"]}},
    {"name":"step","type":"interval","query":"1m,5m","current":{"value":"5m"}},
    {"name":"ds","type":"datasource","query":"loki"},
    {"name":"odd","type":"adhoc"}]},
  "panels":[
    {"type":"row","title":"Below","gridPos":{"x":0,"y":8,"w":24,"h":1},"collapsed":false,"panels":[]},
    {"type":"stat","title":"S","gridPos":{"x":0,"y":9,"w":6,"h":4},"options":{"reduceOptions":{"calcs":["max"]}},
     "fieldConfig":{"defaults":{"unit":"percentunit","thresholds":{"mode":"absolute","steps":[{"color":"green","value":null},{"color":"red","value":0.9}]},
       "mappings":[{"type":"value","options":{"1":{"text":"up","color":"green"}}}]}},
     "targets":[{"expr":"up","refId":"A","instant":true}]},
    {"type":"timeseries","title":"G","gridPos":{"x":0,"y":0,"w":30,"h":8},"datasource":{"type":"prometheus","uid":"p"},
     "targets":[{"expr":"rate(a[5m])","legendFormat":"{{job}}","refId":"A"},{"rawSql":"select","refId":"B","datasource":{"type":"mysql"}}]},
    {"type":"logs","title":"L","gridPos":{"x":6,"y":9,"w":6,"h":4},"datasource":"${ds}","targets":[{"expr":"{a=\"b\"}"}]},
    {"type":"row","title":"Folded","gridPos":{"y":20},"collapsed":true,"panels":[{"type":"news","title":"N"}]}
  ]}"#;

#[test]
fn rows_panels_and_variables_of_the_grid() {
    let dashboard = one(GRID);
    let mut told = Vec::new();
    for row in &dashboard.rows {
        told.push(format!("{} {}", row.title, row.is_collapsed));
        for panel in &row.panels {
            let (place, trouble) = (panel.place, panel.trouble().unwrap_or_default());
            let kind = panel.kind.name();
            told.push(format!(
                "{} {kind} {}+{} {trouble}",
                panel.title, place.y, place.w
            ));
        }
    }
    assert_eq!(
        told,
        [
            " false",
            "G time series 0+24 ",
            "Below false",
            "S stat 0+6 ",
            "L logs 0+6 ",
            "Folded true",
            "N news 0+12 panels of kind `news` are not drawn",
        ]
    );
    let panel = |title: &str| dashboard.panels().find(|panel| panel.title == title).unwrap();
    let stat = panel("S");
    assert_eq!(
        (stat.reduce, stat.field.unit.as_str()),
        (Reduce::Max, "percentunit")
    );
    let tones: Vec<_> = stat.field.thresholds.iter().map(|one| one.tone).collect();
    assert_eq!(tones, [Tone::Good, Tone::Bad]);
    let mapping = &stat.field.mappings[0];
    assert_eq!((mapping.text.as_str(), mapping.tone), ("up", Some(Tone::Good)));
    assert!(stat.targets[0].is_instant);
    assert_eq!(panel("G").targets[1].source, TargetSource::Other("mysql".into()));
    assert_eq!(
        panel("L").targets[0].source,
        TargetSource::Query(QueryLanguage::LogQl)
    );
    let kinds: Vec<_> = dashboard
        .variables
        .iter()
        .map(|variable| &variable.kind)
        .collect();
    assert!(matches!(kinds[0], VariableKind::Query { text, .. } if text == "label_values(up, job)"));
    assert_eq!(dashboard.variables[1].options, ["1m", "5m"]);
    assert_eq!(dashboard.notes.len(), 1, "{:?}", dashboard.notes);
}

#[test]
fn rows_of_the_old_schema() {
    let dashboard = one(
        r#"{"title":"Old One","rows":[{"title":"R","height":"250px","panels":[
        {"type":"graph","span":6,"yaxes":[{"format":"bytes"},{}],"targets":[{"expr":"up"}]},
        {"type":"singlestat","span":8,"format":"percent","thresholds":"70,90","colorValue":true,
         "colors":["rgba(50, 172, 45, 0.9)","rgba(237, 129, 40, 0.9)","rgba(245, 54, 54, 0.9)"],
         "valueName":"avg","valueMaps":[{"op":"=","text":"N/A","value":"null"}],"targets":[{"expr":"up"}]}]}]}"#,
    );
    assert_eq!(dashboard.summary.id, "old-one");
    let panels = &dashboard.rows[0].panels;
    assert_eq!((panels[0].field.unit.as_str(), panels[0].place.w), ("bytes", 12));
    let place = panels[1].place;
    assert_eq!((place.x, place.y), (0, 7), "it did not fit beside the first");
    assert_eq!(
        (panels[1].kind.clone(), panels[1].reduce),
        (PanelKind::Stat, Reduce::Mean)
    );
    let tones: Vec<_> = panels[1].field.thresholds.iter().map(|one| one.tone).collect();
    assert_eq!(tones, [Tone::Good, Tone::Warning, Tone::Bad]);
}

/// The thresholds that a graph draws.
fn check_drawn(panel: &str, expected: &[(f64, Tone)]) {
    let dashboard = one(&format!(r#"{{"title":"T","panels":[{panel}]}}"#));
    let field = &dashboard.panels().next().unwrap().field;
    let all = field.thresholds.iter().filter(|one| one.from.is_finite());
    let drawn: Vec<_> = all
        .filter(|_| field.draws_thresholds)
        .map(|one| (one.from, one.tone))
        .collect();
    assert_eq!(drawn, expected, "{panel}");
}

#[test]
fn graphs_draw_the_thresholds_that_they_are_told_to() {
    let new = |style: &str| {
        format!(
            r#"{{"type":"timeseries","fieldConfig":{{"defaults":{{"custom":{{"thresholdsStyle":{{"mode":"{style}"}}}},
            "thresholds":{{"steps":[{{"color":"green","value":null}},{{"color":"red","value":80}}]}}}}}}}}"#
        )
    };
    check_drawn(&new("line"), &[(80.0, Tone::Bad)]);
    check_drawn(&new("dashed+area"), &[(80.0, Tone::Bad)]);
    check_drawn(&new("off"), &[]);
    let old = r#"{"type":"graph","thresholds":[{"value":9,"colorMode":"critical","line":true},
        {"value":5,"colorMode":"warning","fill":true},{"value":1,"line":false}]}"#;
    check_drawn(old, &[(5.0, Tone::Warning), (9.0, Tone::Bad)]);
}

#[test]
fn dashboards_inside_other_things() {
    let at = Timestamp::from_secs(1_795_318_200);
    let recorded = one(&recorded_json(GRID, "grafana", "Shop", at));
    let summary = &recorded.summary;
    assert_eq!(
        (summary.folder.as_str(), summary.source.as_str()),
        ("Shop", "grafana")
    );
    assert_eq!(summary.known_at, Some(at));
    let json = r#"{"title":"Inner","panels":[]}"#;
    let config_map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a.json: '{json}'\n  b.txt: no\n"
    );
    let resource = format!("kind: GrafanaDashboard\nspec:\n  customFolderName: Ops\n  json: |\n    {json}\n");
    assert_eq!(one(&config_map).summary.title, "Inner");
    assert_eq!(one(&resource).summary.folder, "Ops");
    let both = format!("{config_map}---\n{resource}");
    assert_eq!(read_dashboards(both.as_bytes()).unwrap().len(), 2);
    let elsewhere = read_dashboards(&b"kind: GrafanaDashboard\nspec:\n  url: https://x.org/a.json\n"[..]);
    assert!(elsewhere.unwrap_err().to_string().contains("elsewhere, by `url`"));
    for other in ["{}", "[]", "", "kind: ConfigMap\n", "a: [", "{\"panels\":"] {
        assert!(read_dashboards(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn a_bomb_is_bounded() {
    let panel = r#"{"type":"stat","gridPos":{"x":1e300,"y":-5,"w":"9999","h":1e9},"targets":[]},"#;
    let dashboard = one(&format!("{{\"panels\":[{}{{}}]}}", panel.repeat(3000)));
    assert_eq!(dashboard.panels().count(), 600);
    let is_inside =
        |panel: &glass_model::DashboardPanel| panel.place.x + panel.place.w <= 24 && panel.place.h <= 200;
    assert!(dashboard.panels().all(is_inside));
    let deep = format!("{{\"panels\":[{}", "[".repeat(100_000));
    assert!(read_dashboards(deep.as_bytes()).is_err());
    let bomb = (0..40).fold("a0: &a0 [x]\n".to_owned(), |text, i| {
        let next = i + 1;
        format!("{text}a{next}: &a{next} [*a{i},*a{i},*a{i},*a{i},*a{i},*a{i},*a{i},*a{i}]\n")
    });
    assert!(read_dashboards(bomb.as_bytes()).is_err());
}

proptest! {
    #[test]
    fn damage_is_no_crash(at in 0usize..GRID.len(), byte in any::<u8>()) {
        let mut bytes = GRID.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = read_dashboards(&bytes[..]);
    }
}
