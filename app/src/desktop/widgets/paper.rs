//! The signature of the look: a sheet of receipt paper with a torn edge.

use crate::desktop::theme::{Tokens, radius};
use egui::epaint::Shadow;
use egui::{Color32, CornerRadius, Rect, Shape, Stroke, Ui, pos2, vec2};
use std::ops::RangeInclusive;

/// Height of the teeth, points.
const TOOTH: f32 = 7.0;

/// A dashed tear line.
pub(crate) fn dashed_line(ui: &Ui, y: f32, x: RangeInclusive<f32>, color: Color32) {
    let ends = [pos2(*x.start(), y), pos2(*x.end(), y)];
    ui.painter().extend(Shape::dashed_line(&ends, Stroke::new(1.0, color), 4.0, 4.0));
}

/// Paints a sheet of paper, torn off at the bottom.
pub(crate) fn paper(ui: &Ui, rect: Rect, t: &Tokens) {
    ui.painter().add(paper_shape(rect, t));
}

/// The sheet as a shape, to slip under what is drawn already.
pub(crate) fn paper_shape(rect: Rect, t: &Tokens) -> Shape {
    let teeth = ((rect.width() / (2.0 * TOOTH)).round() as usize).max(2);
    let step = rect.width() / teeth as f32;
    let shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: t.shadow };
    let corners = CornerRadius::same(radius::LG);
    let mut shapes = vec![shadow.as_shape(rect.shrink2(vec2(0.0, 4.0)), corners).into()];
    let body = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - TOOTH));
    let corners = CornerRadius { nw: radius::LG, ne: radius::LG, sw: 0, se: 0 };
    shapes.push(Shape::rect_filled(body, corners, t.surface));

    let mut edge = vec![body.left_bottom()];
    for tooth in 0..teeth {
        let x = rect.left() + tooth as f32 * step;
        let tip = pos2(x + step / 2.0, rect.bottom());
        // Half a point into the body: no seam between teeth and sheet.
        let root = body.bottom() - 0.5;
        let points = vec![pos2(x, root), pos2(x + step, root), tip];
        shapes.push(Shape::convex_polygon(points, t.surface, Stroke::NONE));
        edge.extend([tip, pos2(x + step, body.bottom())]);
    }
    let stroke = Stroke::new(1.0, t.line);
    shapes.push(Shape::line(edge, stroke));
    for x in [rect.left(), rect.right()] {
        let from = pos2(x, rect.top() + f32::from(radius::LG));
        shapes.push(Shape::line_segment([from, pos2(x, body.bottom())], stroke));
    }
    Shape::Vec(shapes)
}
