//! Whatever a view-model holds and however large the screen is: no panic.

use crate::fixtures;
use glass_core::*;
use glass_tui::{GlyphChoice, Options, render, viewport_of};

/// A small generator of numbers (xorshift), so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n.max(1)
    }

    fn ratio(&mut self) -> f64 {
        const ODD: [f64; 10] = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -1.0,
            2.0,
            0.0,
            1.0,
            1e300,
            -0.0,
            5e-324,
        ];
        match self.roll(3) {
            0 => ODD[self.roll(10) as usize],
            _ => self.roll(1000) as f64 / 999.0,
        }
    }

    fn text(&mut self) -> String {
        const ODD: [&str; 9] = [
            "",
            " ",
            "\u{301}",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
            "日本語",
            "\u{1b}[31m\n\t\0",
            "ﾞﾟｶﾞ",
            "short",
            "two words and some more of them",
        ];
        match self.roll(12) {
            0 => "x".repeat(5000),
            1 => "日".repeat(3000),
            n => ODD[n as usize % 9].to_owned(),
        }
    }

    fn role(&mut self) -> Role {
        match self.roll(4) {
            0 => Role::Series(self.roll(256) as u8),
            1 => Role::Critical,
            2 => Role::Muted,
            _ => Role::Normal,
        }
    }

    fn line(&mut self) -> Line {
        (0..self.roll(4))
            .map(|_| Span::new(self.text(), self.role()))
            .collect()
    }

    fn state(&mut self) -> DataState {
        const KINDS: [DataStateKind; 8] = [
            DataStateKind::Ready,
            DataStateKind::Loading,
            DataStateKind::Empty,
            DataStateKind::NotAsked,
            DataStateKind::Partial,
            DataStateKind::Refused,
            DataStateKind::Failed,
            DataStateKind::Stale,
        ];
        DataState {
            kind: KINDS[self.roll(8) as usize],
            text: self.text(),
            source: self.text(),
        }
    }

    fn index(&mut self) -> usize {
        if self.roll(5) == 0 {
            usize::MAX
        } else {
            self.roll(50) as usize
        }
    }

    fn table(&mut self) -> TableView {
        let columns = (0..self.roll(6))
            .map(|_| Column {
                title: self.text(),
                right: self.roll(2) == 0,
                weight: [0, 1, u16::MAX][self.roll(3) as usize],
            })
            .collect();
        let rows = (0..self.roll(60))
            .map(|_| Row {
                cells: (0..self.roll(7))
                    .map(|_| Cell::new(self.text(), self.role()))
                    .collect(),
                selected: self.roll(10) == 0,
            })
            .collect();
        TableView {
            title: self.text(),
            columns,
            rows,
            first: self.index(),
            total: self.index(),
            focused: self.roll(2) == 0,
            state: self.state(),
        }
    }

    fn ticks(&mut self) -> Vec<AxisTick> {
        (0..self.roll(9))
            .map(|_| AxisTick {
                ratio: self.ratio(),
                text: self.text(),
            })
            .collect()
    }

    fn cursor(&mut self) -> Option<CursorView> {
        (self.roll(2) == 0).then(|| CursorView {
            x: self.ratio(),
            text: self.text(),
        })
    }

    fn thresholds(&mut self) -> Vec<ThresholdLine> {
        (0..self.roll(3))
            .map(|_| ThresholdLine {
                y: self.ratio(),
                text: self.text(),
                role: self.role(),
            })
            .collect()
    }

    fn bands(&mut self) -> Vec<GraphBand> {
        const KINDS: [MarkKind; 4] = [
            MarkKind::Pending,
            MarkKind::Firing,
            MarkKind::Change,
            MarkKind::Deployment,
        ];
        (0..self.roll(6))
            .map(|_| GraphBand {
                kind: KINDS[self.roll(4) as usize],
                role: self.role(),
                from: self.ratio(),
                to: (self.roll(2) == 0).then(|| self.ratio()),
                texts: vec![self.text()],
            })
            .collect()
    }

    fn graph(&mut self) -> GraphView {
        let lines = (0..self.roll(12))
            .map(|_| GraphLine {
                name: self.text(),
                value: self.text(),
                number: Some(self.ratio()),
                role: self.role(),
                runs: (0..self.roll(3))
                    .map(|_| {
                        (0..self.roll(50))
                            .map(|_| GraphPoint {
                                x: self.ratio(),
                                first: self.ratio(),
                                last: self.ratio(),
                                min: self.ratio(),
                                max: self.ratio(),
                            })
                            .collect()
                    })
                    .collect(),
            })
            .collect();
        GraphView {
            title: self.text(),
            unit: self.text(),
            lines,
            drawing: Drawing::default(),
            thresholds: self.thresholds(),
            bands: self.bands(),
            range: None,
            y_min: self.ratio(),
            y_max: self.ratio(),
            y_ticks: self.ticks(),
            x_ticks: self.ticks(),
            playhead: self.ratio(),
            cursor: self.cursor(),
            n_left_out: self.index(),
            state: self.state(),
        }
    }

    fn diff_row(&mut self) -> Option<Box<DiffRow>> {
        let lines = match self.roll(4) {
            0 => return None,
            1 => DiffLines::None,
            2 => DiffLines::One(self.diff_line()),
            _ => {
                let old = (self.roll(3) > 0).then(|| self.diff_line());
                DiffLines::Two(old, (self.roll(3) > 0).then(|| self.diff_line()))
            }
        };
        let file = self.text();
        Some(Box::new(DiffRow { file, lines }))
    }

    fn diff_line(&mut self) -> DiffLine {
        const CHANGES: [DiffChange; 3] = [DiffChange::Kept, DiffChange::Removed, DiffChange::Added];
        let text = self.text();
        let (from, to) = (self.roll(9) as usize, self.roll(9) as usize);
        DiffLine {
            change: CHANGES[self.roll(3) as usize],
            old: (self.roll(2) > 0).then_some(u32::MAX),
            new: (self.roll(2) > 0).then_some(7),
            emphasis: vec![from..to, to..from.saturating_add(1), 3..text.len()],
            text,
        }
    }

    fn document(&mut self) -> DocumentView {
        const KINDS: [DocBlockKind; 11] = [
            DocBlockKind::DiffFile,
            DocBlockKind::DiffHunk,
            DocBlockKind::DiffRow,
            DocBlockKind::Heading(0),
            DocBlockKind::Heading(255),
            DocBlockKind::Paragraph,
            DocBlockKind::Item(255),
            DocBlockKind::Code,
            DocBlockKind::Quote,
            DocBlockKind::Byline,
            DocBlockKind::Rule,
        ];
        DocumentView {
            title: self.text(),
            blocks: (0..self.roll(20))
                .map(|_| DocBlock {
                    kind: KINDS[self.roll(11) as usize],
                    text: self.line(),
                    row: self.diff_row(),
                })
                .collect(),
            parts: Vec::new(),
            n_times: 0,
            first: self.index(),
            total: self.index(),
            focused: self.roll(2) == 0,
            state: self.state(),
        }
    }

    fn fault(&mut self) -> Option<FaultView> {
        (self.roll(2) == 0).then(|| FaultView {
            text: self.text(),
            from: self.index(),
            to: self.index(),
            role: self.role(),
        })
    }

    fn query(&mut self) -> Option<QueryView> {
        (self.roll(2) == 0).then(|| QueryView {
            name: String::new(),
            active: true,
            language: self.text(),
            text: self.text(),
            fault: self.fault(),
            notes: (0..self.roll(9)).map(|_| self.line()).collect(),
            hint: self.line(),
        })
    }

    fn patterns(&mut self) -> LogPatternsView {
        let row = |dice: &mut Self| LogPatternRow {
            count: dice.text(),
            share: dice.ratio(),
            level: ['E', ' ', '日', '\n', '\u{301}'][dice.roll(5) as usize],
            role: dice.role(),
            is_new: dice.roll(2) == 0,
            since: dice.text(),
            bars: (0..dice.roll(40))
                .map(|_| {
                    if dice.roll(9) == 0 {
                        u64::MAX
                    } else {
                        dice.roll(50)
                    }
                })
                .collect(),
            text: dice.line(),
            selected: dice.roll(20) == 0,
        };
        LogPatternsView {
            title: self.line(),
            rows: (0..self.roll(90)).map(|_| row(self)).collect(),
            first: self.index(),
            total: self.index(),
            state: self.state(),
        }
    }

    fn logs(&mut self) -> LogsView {
        let bar = |dice: &mut Self| {
            [0; 3].map(|_| {
                if dice.roll(9) == 0 {
                    u64::MAX
                } else {
                    dice.roll(50)
                }
            })
        };
        LogsView {
            query: self.query(),
            graph: (self.roll(6) == 0).then(|| self.graph()),
            filter: self.line(),
            count: self.text(),
            histogram: HistogramView {
                bars: (0..self.roll(400)).map(|_| bar(self)).collect(),
                max: [0, 1, 100, u64::MAX][self.roll(4) as usize],
                playhead: self.ratio(),
                cursor: (self.roll(2) == 0).then(|| self.ratio()),
                about: self.text(),
                focused: self.roll(2) == 0,
                state: self.state(),
            },
            columns: (0..self.roll(9)).map(|_| self.text()).collect(),
            first: self.roll(u64::MAX),
            total: self.roll(u64::MAX),
            wraps: self.roll(2) == 0,
            chooser: (self.roll(4) == 0).then(|| Box::new(self.table())),
            patterns: (self.roll(4) == 0).then(|| Box::new(self.patterns())),
            rows: (0..self.roll(90))
                .map(|_| LogRow {
                    time: self.text(),
                    level: ['E', ' ', '日', '\n', '\u{301}'][self.roll(5) as usize],
                    role: self.role(),
                    origin: self.text(),
                    columns: (0..self.roll(9)).map(|_| self.text()).collect(),
                    text: self.line(),
                    is_origin: self.roll(20) == 0,
                    selected: self.roll(20) == 0,
                })
                .collect(),
            details: (self.roll(2) == 0).then(|| (0..self.roll(90)).map(|_| self.line()).collect()),
            state: self.state(),
        }
    }

    fn screen(&mut self) -> ScreenView {
        match self.roll(6) {
            0 => ScreenView::Overview(OverviewView {
                phase: Phase::Recovering,
                headline: self.line(),
                last_word: self.line(),
                alerts: self.table(),
                changes: self.table(),
                panels: (0..self.roll(30)).map(|_| self.graph()).collect(),
                n_more_panels: self.index(),
                focused_panel: (self.roll(2) == 0).then(|| self.index()),
            }),
            1 => ScreenView::Metrics(MetricsView {
                queries: self.query().into_iter().collect(),
                names: (self.roll(2) == 0).then(|| self.table()),
                filter: self.text(),
                about: self.line(),
                graph: self.graph(),
                legend: (self.roll(2) == 0).then(|| self.table()),
                table: (self.roll(3) == 0).then(|| self.table()),
                graph_focused: self.roll(2) == 0,
            }),
            2 => ScreenView::Logs(self.logs()),
            3 => ScreenView::Alerts(AlertsView {
                title: self.text(),
                list: self.table(),
                details: (0..self.roll(90)).map(|_| self.line()).collect(),
                graph: (self.roll(2) == 0).then(|| Box::new(self.graph())),
            }),
            4 => ScreenView::Changes(ChangesView {
                list: self.table(),
                details: self.document(),
            }),
            _ => ScreenView::Incidents(IncidentsView {
                list: self.table(),
                document: self.document(),
            }),
        }
    }

    fn timeline(&mut self) -> TimelineView {
        const KINDS: [MarkKind; 3] = [MarkKind::Pending, MarkKind::Firing, MarkKind::Change];
        let lane = |dice: &mut Self| Lane {
            kind: [LaneKind::Alerts, LaneKind::Logs][dice.roll(2) as usize],
            name: dice.text(),
            marks: (0..dice.roll(20))
                .map(|_| Mark {
                    kind: KINDS[dice.roll(3) as usize],
                    role: dice.role(),
                    from: dice.ratio(),
                    to: (dice.roll(2) == 0).then(|| dice.ratio()),
                    label: dice.text(),
                })
                .collect(),
            bars: (0..dice.roll(300))
                .map(|_| VolumeBar {
                    height: dice.ratio(),
                    errors: dice.ratio(),
                    warnings: dice.ratio(),
                })
                .collect(),
            gaps: (0..dice.roll(4))
                .map(|_| GapView {
                    from: dice.ratio(),
                    to: dice.ratio(),
                    text: dice.text(),
                })
                .collect(),
        };
        TimelineView {
            start: self.text(),
            end: self.text(),
            extent: (self.ratio(), self.ratio()),
            lanes: (0..self.roll(12)).map(|_| lane(self)).collect(),
            ticks: self.ticks(),
            playhead: self.ratio(),
            playhead_text: self.text(),
            cursor: self.cursor(),
            range: (self.roll(2) == 0).then(|| RangeView {
                from: self.ratio(),
                to: self.ratio(),
                text: self.text(),
            }),
            pins: (0..self.roll(4))
                .map(|_| PinView {
                    x: self.ratio(),
                    name: self.text(),
                })
                .collect(),
            is_tall: self.roll(3) == 0,
        }
    }

    fn pairs(&mut self) -> Vec<(String, String)> {
        (0..self.roll(40)).map(|_| (self.text(), self.text())).collect()
    }

    fn overlay(&mut self) -> Option<Overlay> {
        match self.roll(4) {
            0 => Some(Overlay::Help(HelpView {
                title: self.text(),
                groups: (0..self.roll(5))
                    .map(|_| HelpGroup {
                        title: self.text(),
                        entries: self.pairs(),
                    })
                    .collect(),
                scroll: self.index(),
            })),
            2 => Some(Overlay::QueryEditor(QueryEditorView {
                language: self.text(),
                text: self.text(),
                caret: self.index(),
                fault: self.fault(),
                hint: self.line(),
                completions: (0..self.roll(40))
                    .map(|_| CompletionRow {
                        text: self.text(),
                        kind: self.text(),
                        detail: self.text(),
                    })
                    .collect(),
                n_more: self.index(),
                chosen: (self.roll(2) == 0).then(|| self.index()),
            })),
            1 => Some(Overlay::Prompt(PromptView {
                title: self.text(),
                text: self.text(),
                caret: self.index(),
                hint: self.line(),
                suggestions: self.pairs(),
                chosen: (self.roll(2) == 0).then(|| self.index()),
                preview: (0..self.roll(6)).map(|_| self.line()).collect(),
            })),
            _ => None,
        }
    }

    fn model(&mut self) -> ViewModel {
        let mut model = fixtures::model(self.screen(), self.overlay());
        model.timeline = self.timeline();
        for _ in 0..self.roll(3) {
            model.tiles.push(TileView {
                screen: Screen::Logs,
                title: self.text(),
                view: self.screen(),
                has_keys: self.roll(2) == 0,
            });
        }
        model.status.message = self.line();
        model.status.hints = self.pairs();
        model.header.name = self.text();
        model.header.cloud = self.text();
        model.header.playhead = self.text();
        model.header.motion = self.text();
        model.header.warning = self.text();
        for tab in &mut model.tabs {
            tab.badge = self.text();
            tab.active = self.roll(4) == 0;
        }
        model
    }
}

#[test]
fn odd_models_on_odd_screens_do_not_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    const GLYPHS: [GlyphChoice; 4] = [
        GlyphChoice::Octant,
        GlyphChoice::Braille,
        GlyphChoice::HalfBlock,
        GlyphChoice::Ascii,
    ];
    for _ in 0..120 {
        let (width, height) = (1 + dice.roll(250) as u16, 1 + dice.roll(80) as u16);
        let model = dice.model();
        let options = Options {
            glyphs: GLYPHS[dice.roll(4) as usize],
            ..Options::default()
        };
        let viewport = viewport_of(width, height);
        assert!(viewport.list_rows > 0 && viewport.graph_columns > 0);
        let picture = render(&model, width, height, &options);
        assert!(!picture.to_text().contains('\u{1b}'));
        assert_eq!(picture.to_text().lines().count(), usize::from(height));
    }
}

#[test]
fn no_screen_at_all() {
    let model = Dice(7).model();
    for (width, height) in [(0, 0), (0, 9), (9, 0), (1, 1)] {
        render(&model, width, height, &Options::default());
    }
}
