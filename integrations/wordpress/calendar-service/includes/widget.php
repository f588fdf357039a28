<?php
/**
 * The widget: a block and a shortcode with the same attributes, those of block.json.
 *
 * @package Calendar_Service
 */

namespace Calendar_Service;

defined( 'ABSPATH' ) || exit;

const BLOCK  = 'calendar-service/widget';
const LOADER = 'calendar-service-loader';
const EDITOR = 'calendar-service-editor';
// Attributes that are no options of the calendar's widget.
const OWN_ATTRIBUTES = array( 'label', 'height' );
// Options that say how the widget looks, not what it shows.
const LOOKS = array( 'view', 'theme', 'accent', 'limit', 'month' );

/**
 * Register the block, the shortcode and their scripts.
 */
function register_widget(): void {
	$settings = settings();
	if ( '' !== $settings['url'] ) {
		// phpcs:ignore WordPress.WP.EnqueuedResourceParameters.MissingVersion -- the address has it.
		wp_register_script( LOADER, $settings['url'] . '/widget.js?v=' . $settings['version'], array(), null, true );
		add_filter( 'script_loader_tag', __NAMESPACE__ . '\add_integrity', 10, 2 );
	}
	wp_register_script(
		EDITOR,
		plugins_url( 'block.js', __DIR__ ),
		array( 'wp-blocks', 'wp-element', 'wp-block-editor', 'wp-components', 'wp-server-side-render' ),
		VERSION,
		true
	);
	wp_add_inline_script( EDITOR, 'window.calendarServiceLabels = ' . wp_json_encode( labels() ) . ';', 'before' );
	register_block_type( dirname( __DIR__ ), array( 'render_callback' => __NAMESPACE__ . '\render_block' ) );
	add_shortcode( 'calendar_service', __NAMESPACE__ . '\render_shortcode' );
}

/**
 * Return the texts of the block's settings.
 *
 * @return array<string, string>
 */
function labels(): array {
	return array(
		'shown'        => __( 'What it shows', 'calendar-service' ),
		'look'         => __( 'How it looks', 'calendar-service' ),
		'view'         => __( 'View', 'calendar-service' ),
		'view.agenda'  => __( 'Agenda', 'calendar-service' ),
		'view.month'   => __( 'Month', 'calendar-service' ),
		'view.next'    => __( 'Next deadline', 'calendar-service' ),
		'view.compact' => __( 'Short list', 'calendar-service' ),
		'theme'        => __( 'Colours', 'calendar-service' ),
		'theme.auto'   => __( 'Follow the page, transparent', 'calendar-service' ),
		'theme.solid'  => __( 'Follow the visitor, with a background', 'calendar-service' ),
		'theme.light'  => __( 'Light, transparent', 'calendar-service' ),
		'theme.dark'   => __( 'Dark, transparent', 'calendar-service' ),
		'accent'       => __( 'Accent colour, six hexadecimal digits', 'calendar-service' ),
		'limit'        => __( 'Number of entries', 'calendar-service' ),
		'month'        => __( 'Month to begin with, such as 2027-03', 'calendar-service' ),
		'kind'         => __( 'Kinds: event, webinar, tender', 'calendar-service' ),
		'tag'          => __( 'Topics', 'calendar-service' ),
		'country'      => __( 'Countries, such as FR', 'calendar-service' ),
		'language'     => __( 'Languages of the events, such as en', 'calendar-service' ),
		'record'       => __( 'Identifiers of single dates', 'calendar-service' ),
		'q'            => __( 'Words to search for', 'calendar-service' ),
		'from'         => __( 'From, such as 2027-01-01', 'calendar-service' ),
		'to'           => __( 'To, such as 2027-12-31', 'calendar-service' ),
		'lang'         => __( 'Language of the widget, such as fr', 'calendar-service' ),
		'tz'           => __( 'Also show times in, such as Asia/Seoul', 'calendar-service' ),
		'alarms'       => __( 'Alarm in downloaded files, such as 7 days', 'calendar-service' ),
		'cancelled'    => __( 'Hide cancelled dates', 'calendar-service' ),
		'label'        => __( 'Name for screen readers', 'calendar-service' ),
		'height'       => __( 'Height in pixels until the true one is known', 'calendar-service' ),
		'commas'       => __( 'Separate several by commas.', 'calendar-service' ),
	);
}

/**
 * Return the names of the attributes of the block and the shortcode.
 *
 * @return string[]
 */
function attribute_names(): array {
	$type     = \WP_Block_Type_Registry::get_instance()->get_registered( BLOCK );
	$metadata = $type ? array_keys( (array) $type->attributes ) : array();
	// WordPress adds attributes of its own, such as "lock" and "className".
	return array_values( array_intersect( $metadata, array_keys( labels() ) ) );
}

/**
 * Render the block. In the editor it is a frame, which does not depend on scripts there.
 *
 * @param array<string, mixed> $attributes The attributes of the block.
 */
function render_block( array $attributes ): string {
	$is_preview = defined( 'REST_REQUEST' ) && REST_REQUEST;
	$html       = render( $attributes, $is_preview );
	return '' === $html || $is_preview ? $html : sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $html );
}

/**
 * Render the shortcode.
 *
 * @param array<string, string>|string $attributes The attributes as they are written.
 */
function render_shortcode( $attributes ): string {
	$given = shortcode_atts( array_fill_keys( attribute_names(), '' ), (array) $attributes, 'calendar_service' );
	// The editor writes "&" of those who may not write HTML as an entity.
	return render( array_map( 'wp_specialchars_decode', $given ) );
}

/**
 * Return the HTML of the widget: an element that the calendar's script makes a frame, with a link inside.
 *
 * @param array<string, mixed> $attributes The attributes; those without a value are left out.
 * @param bool                 $is_preview Whether the frame itself is wanted.
 */
function render( array $attributes, bool $is_preview = false ): string {
	$url = settings()['url'];
	if ( '' === $url ) {
		return current_user_can( 'edit_posts' )
			? '<p>' . esc_html__( 'The address of the calendar is not set yet: see Settings, Calendar Service.', 'calendar-service' ) . '</p>'
			: '';
	}
	$given = array();
	foreach ( attribute_names() as $name ) {
		$value = isset( $attributes[ $name ] ) && is_scalar( $attributes[ $name ] ) ? trim( (string) $attributes[ $name ] ) : '';
		if ( '' !== $value ) {
			$given[ $name ] = $value;
		}
	}
	$given['label'] = $given['label'] ?? __( 'Calendar', 'calendar-service' );
	$options        = array_diff_key( $given, array_flip( OWN_ATTRIBUTES ) );
	if ( $is_preview ) {
		return sprintf(
			'<iframe src="%s" title="%s" width="100%%" height="%d" style="border:0"></iframe>',
			esc_url( address( $url . '/widget', $options ) ),
			esc_attr( $given['label'] ),
			(int) ( $given['height'] ?? 560 )
		);
	}
	$whole = isset( $given['record'] ) ? $url . '/events/' . rawurlencode( strtok( $given['record'], ',' ) ) : address( $url . '/', array_diff_key( $options, array_flip( LOOKS ) ) );
	$link  = sprintf( '<a href="%s">%s</a>', esc_url( $whole ), esc_html( $given['label'] ) );
	if ( is_feed() ) {
		return "<p>$link</p>";
	}
	wp_enqueue_script( LOADER );
	$written = '';
	foreach ( $given as $name => $value ) {
		$written .= sprintf( ' %s="%s"', esc_attr( $name ), esc_attr( $value ) );
	}
	$room = isset( $given['height'] ) ? sprintf( ';min-height:%dpx', (int) $given['height'] ) : '';
	return "<calendar-widget$written style=\"display:block$room\">$link</calendar-widget>";
}

/**
 * Return an address with options as its query.
 *
 * @param string                $page    The address.
 * @param array<string, string> $options The options by attribute.
 */
function address( string $page, array $options ): string {
	if ( isset( $options['record'] ) ) {
		$options['id'] = $options['record'];
		unset( $options['record'] );
	}
	return add_query_arg( array_map( 'rawurlencode', $options ), $page );
}

/**
 * Have the browser load the script without waiting, and only in the version that was there when the settings were saved.
 *
 * @param string $tag    The HTML of the script.
 * @param string $handle The name of the script.
 */
function add_integrity( string $tag, string $handle ): string {
	if ( LOADER !== $handle ) {
		return $tag;
	}
	return str_replace( ' src=', sprintf( ' async integrity="%s" crossorigin="anonymous" src=', esc_attr( settings()['integrity'] ) ), $tag );
}
